"""The hub: the newest commits, and those who wait for the next one.

One log serves all watchers of a process. A watcher has no queue of its own, only the
revision that it has come to: one that is slow costs the others nothing, and one that
is idle costs a future.
"""

import asyncio
from collections.abc import Iterable, Sequence

from grpc_server.database.store import Change, StoredChange
from grpc_server.feed.commits import EncodedCommit, commits_of, stored
from grpc_server.items.errors import ShuttingDown

RUN = 256
"""How many commits a watcher takes at once: telling them must not hold up the others."""


class Hub:
    """The commits since *revision*, as far as *max_bytes* of memory go.

    What was published last is held in any case. All of it happens on the event loop.
    """

    def __init__(self, revision: int, max_bytes: int) -> None:
        self._revision = revision
        self._left_out = 0
        self._max_bytes = max_bytes
        self._bytes = 0
        self._commits: list[EncodedCommit] = []
        self._waiting: dict[asyncio.Future[bool], float] = {}
        self._reminder: asyncio.TimerHandle | None = None
        self._is_closed = False

    @property
    def revision(self) -> int:
        """The newest revision that the hub was told of."""
        return self._revision

    @property
    def waiting(self) -> int:
        """How many watchers wait for the next commit."""
        return len(self._waiting)

    @property
    def held_bytes(self) -> int:
        """About how much memory the commits take that the hub holds."""
        return self._bytes

    def publish(self, changes: Sequence[Change]) -> None:
        """Take in the changes of a commit, and wake those who wait."""
        self.take(map(stored, changes))

    def take(self, changes: Iterable[StoredChange]) -> None:
        """Take in changes in whole revisions, and wake those who wait."""
        commits = tuple(commits_of(changes))
        for commit in commits:
            self._append(commit)
        if self._bytes > self._max_bytes:
            self._forget(len(self._commits) - len(commits))
        self._wake()

    def leave_out(self, revision: int) -> None:
        """Go on from *revision*, up to which a failover has left out all; wakes those who wait."""
        self._commits.clear()
        self._bytes = 0
        self._revision = self._left_out = revision
        self._wake()

    def since(self, revision: int) -> list[EncodedCommit] | None:
        """The first commits after *revision*: None if the hub no longer holds them.

        Raises:
            ShuttingDown: the hub is closed, and has nothing more to tell.
        """
        newer = self._revision - revision
        held = newer <= len(self._commits)
        if newer <= 0 or not held:
            self.check_open()
        if not held:
            return None
        start = len(self._commits) - max(newer, 0)
        return self._commits[start : start + RUN]

    def has_left_out(self, revision: int) -> bool:
        """Return whether a failover has left revisions out since *revision*."""
        return revision < self._left_out

    async def next(self, revision: int, patience: float) -> bool:
        """Wait until there is a commit after *revision*, for *patience* seconds at most."""
        if self._revision > revision or self._is_closed:
            return True
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[bool] = loop.create_future()
        self._waiting[woken] = ends = loop.time() + patience
        self._remind(ends)
        try:
            return await woken
        finally:
            self._waiting.pop(woken, None)

    def close(self) -> None:
        """End all watches, when they have told what the hub holds."""
        self._is_closed = True
        if self._reminder is not None:
            self._reminder.cancel()
        self._wake()

    def check_open(self) -> None:
        """Raises ShuttingDown if the hub is closed."""
        if self._is_closed:
            raise ShuttingDown("the server is draining; watch again from the revision seen last")

    def _append(self, commit: EncodedCommit) -> None:
        """Add *commit*; one that does not follow the last makes the hub forget the others."""
        if commit.revision != self._revision + 1:
            self._commits.clear()
            self._bytes = 0
        self._commits.append(commit)
        self._bytes += commit.size
        self._revision = commit.revision

    def _forget(self, at_most: int) -> None:
        """Drop the oldest until the rest fits, and a quarter more, so that it is rare."""
        dropped = 0
        while dropped < at_most and self._bytes > self._max_bytes * 3 // 4:
            self._bytes -= self._commits[dropped].size
            dropped += 1
        del self._commits[:dropped]

    def _wake(self) -> None:
        """Wake all: who was told last, and so waits for the shortest time, is told first."""
        waiting, self._waiting = self._waiting, {}
        for woken in reversed(waiting):
            _resolve(woken, is_news=True)

    def _remind(self, at: float) -> None:
        """See to it that those whose patience ends are woken, *at* that time the latest.

        One timer serves all who wait: one for each wait would cost as much as telling.
        """
        if self._reminder is not None:
            if self._reminder.when() <= at:
                return
            self._reminder.cancel()
        self._reminder = asyncio.get_running_loop().call_at(at, self._end_patience)

    def _end_patience(self) -> None:
        self._reminder = None
        now = asyncio.get_running_loop().time()
        for woken, ends in self._waiting.items():
            if ends <= now:
                _resolve(woken, is_news=False)
        later = [ends for ends in self._waiting.values() if ends > now]
        if later:
            self._remind(min(later))


def _resolve(woken: asyncio.Future[bool], *, is_news: bool) -> None:
    if not woken.done():
        woken.set_result(is_news)
