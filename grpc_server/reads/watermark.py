"""How far the store has come, for those who wait for a revision."""

import asyncio
from bisect import bisect_left, bisect_right, insort

from grpc_server.items.errors import Overloaded

MAX_WAITING = 10_000
"""How many reads may wait for a revision; more are refused."""

_Entry = tuple[int, int, asyncio.Future[None]]
"""The revision that is waited for, and a number that no other entry has."""


class Watermark:
    """The newest revision that this process knows to be committed."""

    def __init__(self, revision: int) -> None:
        self._revision = revision
        self._floor = 0
        self._waiting: list[_Entry] = []
        self._count = 0

    @property
    def revision(self) -> int:
        """The newest committed revision."""
        return self._revision

    @property
    def floor(self) -> int:
        """The last revision that a failover has left out: what is older may be of a lost past."""
        return self._floor

    @property
    def waiting(self) -> int:
        """How many wait for a revision."""
        return len(self._waiting)

    def advance(self, revision: int) -> None:
        """Note that *revision* is committed, and wake who waits for it."""
        self._revision = max(self._revision, revision)
        count = bisect_right(self._waiting, self._revision, key=_wanted)
        woken, self._waiting = self._waiting[:count], self._waiting[count:]
        for *_, reached in woken:
            if not reached.done():
                reached.set_result(None)

    def leave_out(self, revision: int) -> None:
        """Note that a failover has left out all revisions up to *revision*."""
        self._floor = max(self._floor, revision)
        self.advance(revision)

    async def reach(self, revision: int) -> None:
        """Return when *revision* is committed; cancel it to stop waiting.

        Raises:
            Overloaded: too many wait.
        """
        if revision <= self._revision:
            return
        if len(self._waiting) >= MAX_WAITING:
            raise Overloaded("too many reads wait for a revision; try again in a moment")
        self._count += 1
        entry = (revision, self._count, asyncio.get_running_loop().create_future())
        insort(self._waiting, entry)
        try:
            await entry[-1]
        finally:
            self._forget(entry)

    def _forget(self, entry: _Entry) -> None:
        place = bisect_left(self._waiting, entry)
        if self._waiting[place : place + 1] == [entry]:
            del self._waiting[place]


def _wanted(entry: _Entry) -> int:
    return entry[0]
