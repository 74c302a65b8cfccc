"""Reads: from the standby if it has what they need, otherwise from the store itself."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from grpc_server.database.store import Reading, Snapshot
from grpc_server.items.errors import RevisionNotReached
from grpc_server.reads.cost import Cost
from grpc_server.reads.reader import Reader
from grpc_server.reads.replica import Standby
from grpc_server.reads.watermark import Watermark

T = TypeVar("T")


class Reads:
    """Answers reads that say what they must not be older than.

    What is read of the *store* sees every write answered before. What is read of the
    *standby* is behind by as much as that allows, and has the revision that the read
    needs; with none, or if it does not answer, everything is read of the store.
    """

    def __init__(
        self, store: Reader, watermark: Watermark, wait: timedelta, standby: Standby | None = None
    ) -> None:
        self._store = store
        self._watermark = watermark
        self._wait = wait.total_seconds()
        self._standby = standby

    async def get(self, ids: Sequence[str], *, min_revision: int = 0) -> Snapshot:
        """The items that exist among *ids*, and perhaps others, at one revision.

        Raises:
            RevisionNotReached: min_revision was not reached in time.
            Overloaded: too many ids wait to be read.
            StoreError: the database failed.
        """
        if self._standby is not None:
            found = await self._standby.get(ids, min_revision)
            if found is not None:
                return found
        await self._reach(min_revision)
        found = await self._store.get(ids)
        if found.revision < min_revision:  # the database failed over since it was there
            raise _not_reached(found.revision, min_revision)
        return found

    async def scan(
        self,
        read: Callable[[Reading], T],
        *,
        min_revision: int = 0,
        about: int = 0,
        cost: Cost = Cost.LOOKUP,
    ) -> T:
        """Run *read*, of that *cost*, on a snapshot that has *min_revision*.

        A standby is asked only if it has the revision that the read is *about*, too.

        Raises:
            RevisionNotReached: min_revision was not reached in time.
            Overloaded: too many reads of this cost wait.
            StoreError: the database failed.
        """
        if self._standby is not None:
            found = await self._standby.scan(read, max(min_revision, about), cost)
            if found is not None:
                return found.value
        await self._reach(min_revision)
        return await self._store.scan(_at(min_revision, read), cost)

    async def tail(self, read: Callable[[Reading], T], *, about: int) -> T:
        """Run *read*, which is of the history, as `scan` does, but after others of its kind.

        Raises:
            StoreError: the database failed.
        """
        if self._standby is not None:
            found = await self._standby.tail(read, about)
            if found is not None:
                return found.value
        return await self._store.tail(read)

    async def _reach(self, revision: int) -> None:
        if revision <= self._watermark.revision:
            return
        head = await self._store.scan(lambda reading: reading.head())
        self._watermark.advance(head.revision)  # another replica may have written it
        try:
            async with asyncio.timeout(self._wait):
                await self._watermark.reach(revision)
        except TimeoutError as error:
            raise _not_reached(self._watermark.revision, revision) from error


def _at(revision: int, read: Callable[[Reading], T]) -> Callable[[Reading], T]:
    """*read*, of a snapshot that has *revision*: after a failover it may have it no more."""
    if not revision:
        return read

    def checked(reading: Reading) -> T:
        head = reading.head()
        if head.revision < revision:
            raise _not_reached(head.revision, revision)
        return read(reading)

    return checked


def _not_reached(standing: int, revision: int) -> RevisionNotReached:
    return RevisionNotReached(
        f"the store is at revision {standing}, not yet at {revision}",
        metadata={"revision": str(standing)},
    )
