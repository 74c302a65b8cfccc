"""The hub: the newest commits, and those who wait for the next one.

One log serves all watchers of a process. A watcher has no queue of its own, only the
revision that it has come to: one that is slow costs the others nothing, and one that
is idle costs a future.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from grpc_server.catalog.errors import ShuttingDown
from grpc_server.database.store import Change
from grpc_server.feed.commits import commits_of
from items.v1 import items_pb2 as pb

MAX_BYTES = 32 * 1024 * 1024
"""How much the hub holds; a watcher that is further behind reads from the store."""


class Hub:
    """The commits since *revision*, as far as *max_bytes* go.

    All of it happens on the event loop.
    """

    def __init__(self, revision: int, *, max_bytes: int = MAX_BYTES) -> None:
        self._revision = self._oldest = revision
        self._max_bytes = max_bytes
        self._bytes = 0
        self._commits: list[pb.ItemChanges] = []
        self._sizes: list[int] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._is_closed = False

    @property
    def revision(self) -> int:
        """The newest revision that the hub was told of."""
        return self._revision

    def publish(self, changes: Sequence[Change]) -> None:
        """Take in the changes of a commit, and wake those who wait."""
        for commit in commits_of(changes):
            self._commits.append(commit)
            self._sizes.append(commit.ByteSize())
            self._bytes += self._sizes[-1]
            self._revision = commit.revision
        self._forget()
        self._wake()

    def since(self, revision: int) -> Sequence[pb.ItemChanges] | None:
        """The commits after *revision*: None if the hub no longer holds all of them.

        Raises:
            ShuttingDown: the hub is closed, and there is nothing more.
        """
        if revision < self._oldest:
            return None
        start = bisect_right(self._commits, revision, key=attrgetter("revision"))
        commits = self._commits[start:]
        if not commits and self._is_closed:
            raise ShuttingDown("the server is draining; watch again from the revision seen last")
        return commits

    async def next(self, revision: int, patience: float) -> bool:
        """Wait until there is a commit after *revision*, for *patience* seconds at most."""
        if self._revision > revision or self._is_closed:
            return True
        woken = asyncio.get_running_loop().create_future()
        self._waiting.append(woken)
        try:
            async with asyncio.timeout(patience):
                await woken
        except TimeoutError:
            self._waiting.remove(woken)
            return False
        return True

    def close(self) -> None:
        """End all watches, when they have told what the hub holds."""
        self._is_closed = True
        self._wake()

    def _forget(self) -> None:
        """Drop the oldest commits until the rest fits; a whole quarter, so that it is rare."""
        if self._bytes <= self._max_bytes:
            return
        kept = 0
        while kept < len(self._sizes) and self._bytes > self._max_bytes * 3 // 4:
            self._bytes -= self._sizes[kept]
            kept += 1
        self._oldest = self._commits[kept - 1].revision
        del self._commits[:kept], self._sizes[:kept]

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for woken in waiting:
            if not woken.done():
                woken.set_result(None)
