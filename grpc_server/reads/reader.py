"""The reader: each class of reads on threads of its own, so that none waits for another."""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Self, TypeVar

from grpc_server.database.cancellation import Cancellation
from grpc_server.database.query import ItemQuery
from grpc_server.database.retries import persistently
from grpc_server.database.store import Head, Page, ReadableStore, Reading, Snapshot
from grpc_server.observer import UNOBSERVED, Observer
from grpc_server.reads.cost import Cost
from grpc_server.reads.gets import Gets
from grpc_server.reads.lane import Lane
from grpc_server.reads.walks import PATIENCE_SECONDS, WALKS, Walks

LOOKUPS = 2
"""How many reads by an index run beside the gets."""

SEARCHES = 2
"""How many reads of any length run beside these."""

TAILS = 1
"""How many reads of the history run beside these: many watchers may be behind."""

CONNECTIONS = LOOKUPS + SEARCHES + TAILS + WALKS
"""How many snapshots a reader opens at a time, walks and all."""

_THREADS = {Cost.LOOKUP: LOOKUPS, Cost.SEARCH: SEARCHES}

T = TypeVar("T")


class Reader:
    """Answers reads, concurrent gets together; sees every write answered before.

    An async context manager: on leaving it, what waits is still answered. A read that
    the database breaks off is tried again, unless there *is_another_way*. A caller that is
    cancelled, as at its deadline, ends its read. *patience* is that of `Walks`.
    """

    def __init__(
        self,
        store: ReadableStore,
        observer: Observer = UNOBSERVED,
        *,
        is_another_way: bool = False,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._store = store
        self._is_persistent = not is_another_way
        self._gets = Gets(self._snapshot, observer)
        self._lanes = {
            cost: Lane(cost.value, threads, observer=observer) for cost, threads in _THREADS.items()
        }
        self._tails = Lane("the history", TAILS, observer=observer)
        self._walks = Walks(store, patience, observer)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._gets.close()
        for lane in (*self._lanes.values(), self._tails):
            await lane.close()
        await self._walks.close()

    @property
    def waiting(self) -> int:
        """How many ids wait to be read."""
        return self._gets.waiting

    async def get(self, ids: Sequence[str]) -> Snapshot:
        """Return the items that exist among *ids*, and perhaps others, at one revision.

        Raises:
            Overloaded: too many ids wait to be read.
            InvalidRequest: the items are too large to be read together.
            StoreError: the database failed.
        """
        return await self._gets.get(ids)

    async def scan(self, read: Callable[[Reading], T], cost: Cost = Cost.LOOKUP) -> T:
        """Run *read* on a snapshot of the store, on one of the threads for its *cost*.

        Raises:
            Overloaded: too many reads of this cost wait.
            StoreError: the database failed.
        """
        return await self._lanes[cost].run(lambda cancellation: self._scan(read, cancellation))

    async def tail(self, read: Callable[[Reading], T]) -> T:
        """Run *read* as `scan` does, on the thread for the history.

        Who reads the history page by page takes turns with all others that do.

        Raises:
            Overloaded: too many of these wait.
            StoreError: the database failed.
        """
        return await self._tails.run(lambda cancellation: self._scan(read, cancellation))

    def walk(self, query: ItemQuery) -> AsyncGenerator[tuple[Head, Page], None]:
        """Give all pages of *query*, of one snapshot; see `Walks.walk`."""
        return self._walks.walk(query)

    def _snapshot(self, ids: Sequence[str], max_bytes: int) -> Snapshot:
        return self._attempts(lambda: self._store.snapshot(ids, max_bytes), Cancellation())

    def _scan(self, read: Callable[[Reading], T], cancellation: Cancellation) -> T:
        def attempt() -> T:
            with self._store.read(cancellation) as reading:
                return read(reading)

        return self._attempts(attempt, cancellation)

    def _attempts(self, attempt: Callable[[], T], cancellation: Cancellation) -> T:
        if not self._is_persistent:
            return attempt()
        return persistently(attempt, is_wanted=lambda: not cancellation.is_set)
