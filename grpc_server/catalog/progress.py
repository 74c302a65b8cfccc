"""How far the store has come, for those who wait for a revision."""

import asyncio
from bisect import insort


class Progress:
    """The newest revision that this process knows to be committed."""

    def __init__(self, revision: int) -> None:
        self._revision = revision
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._count = 0

    @property
    def revision(self) -> int:
        """The newest committed revision."""
        return self._revision

    @property
    def waiting(self) -> int:
        """How many wait for a revision."""
        return len(self._waiting)

    def advance(self, revision: int) -> None:
        """Note that *revision* is committed, and wake who waits for it."""
        self._revision = max(self._revision, revision)
        while self._waiting and self._waiting[0][0] <= self._revision:
            *_, reached = self._waiting.pop(0)
            if not reached.done():
                reached.set_result(None)

    async def reach(self, revision: int) -> None:
        """Return when *revision* is committed; cancel it to stop waiting."""
        if revision <= self._revision:
            return
        reached = asyncio.get_running_loop().create_future()
        self._count += 1
        entry = (revision, self._count, reached)
        insort(self._waiting, entry)
        try:
            await reached
        finally:
            if entry in self._waiting:
                self._waiting.remove(entry)
