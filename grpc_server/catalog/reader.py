"""Read batching: gets that arrive while a query runs form the next query."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, takewhile
from typing import Self, TypeVar

from grpc_server.catalog.errors import Overloaded
from grpc_server.catalog.observer import UNOBSERVED, Observer
from grpc_server.catalog.persistence import persistently
from grpc_server.database.query import ItemQuery
from grpc_server.database.store import Head, Page, ReadableStore, Reading, Snapshot

MAX_WAITING = 100_000
"""How many ids may wait to be read; more are refused rather than kept for too long."""

MAX_IDS = 2_000
"""How many ids one query asks for, unless a single get asks for more."""

SCANS = 2
"""How many other reads run beside the gets."""

TAILS = 1
"""How many reads of the history run beside these: many watchers may be behind."""

WALKS = 2
"""How many walks over many pages are open beside these; a further one waits."""

QUIET_TURNS = 16
"""After how many turns of the event loop without another get a query starts, if the one
before it answered several: arrivals come one in a turn, and a query for each costs more."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Waiting:
    ids: Sequence[str]
    answer: asyncio.Future[Snapshot]


class Reader:
    """Answers reads, concurrent gets together; sees every write answered before.

    An async context manager: on leaving it, what waits is still answered. A read that
    the database breaks off is tried again, unless there *is_another_way*.
    """

    def __init__(
        self,
        store: ReadableStore,
        observer: Observer = UNOBSERVED,
        *,
        is_another_way: bool = False,
    ) -> None:
        self._store = store
        self._observer = observer
        self._attempts = _once if is_another_way else persistently
        self._queue: list[_Waiting] = []
        self._ids = 0
        self._is_crowded = False
        self._gets = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gets")
        self._scans = ThreadPoolExecutor(max_workers=SCANS, thread_name_prefix="scans")
        self._tails = ThreadPoolExecutor(max_workers=TAILS, thread_name_prefix="tails")
        self._walks = ThreadPoolExecutor(max_workers=WALKS, thread_name_prefix="walks")
        self._may_walk = asyncio.Semaphore(WALKS)
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._reading is not None:
            await self._reading
        self._gets.shutdown()
        self._scans.shutdown()
        self._tails.shutdown()
        self._walks.shutdown()

    @property
    def waiting(self) -> int:
        """How many ids wait to be read."""
        return self._ids

    async def get(self, ids: Sequence[str]) -> Snapshot:
        """The items that exist among *ids*, and perhaps others, at one revision.

        Raises:
            Overloaded: too many ids wait to be read.
            StoreError: the database failed.
        """
        if self._queue and self._ids + len(ids) > MAX_WAITING:
            self._observer.read_refused()
            raise Overloaded("too many reads wait; try again in a moment")
        waiting = _Waiting(ids, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._ids += len(ids)
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_all(), name="reader")
        return await waiting.answer

    async def scan(self, read: Callable[[Reading], T]) -> T:
        """Run *read* on a snapshot of the store, on a thread of its own.

        Raises:
            StoreError: the database failed.
        """
        return await asyncio.get_running_loop().run_in_executor(self._scans, self._scan, read)

    async def tail(self, read: Callable[[Reading], T]) -> T:
        """Run *read* as `scan` does, but after all others of its kind.

        Raises:
            StoreError: the database failed.
        """
        return await asyncio.get_running_loop().run_in_executor(self._tails, self._scan, read)

    async def walk(self, query: ItemQuery) -> AsyncGenerator[tuple[Head, Page], None]:
        """All pages of *query*, one after the other, of one snapshot of the store.

        The snapshot is held until the walk ends: close it when it is left early.

        Raises:
            StoreError: the database failed.
        """
        run = partial(asyncio.get_running_loop().run_in_executor, self._walks)
        async with self._may_walk:
            snapshot = ExitStack()
            try:
                reading = await run(snapshot.enter_context, self._store.read())
                head, page = await run(reading.head), await run(reading.page, query)
                yield head, page
                while page.next is not None:
                    page = await run(reading.page, replace(query, after=page.next))
                    yield head, page
            finally:
                await run(snapshot.close)

    def _snapshot(self, ids: Collection[str]) -> Snapshot:
        return self._attempts(lambda: self._store.snapshot(ids))

    def _scan(self, read: Callable[[Reading], T]) -> T:
        def attempt() -> T:
            with self._store.read() as reading:
                return read(reading)

        return self._attempts(attempt)

    async def _read_all(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while batch := await self._next_batch():
                ids = {item_id for waiting in batch for item_id in waiting.ids}
                began = time.perf_counter()
                try:
                    snapshot = await loop.run_in_executor(self._gets, self._snapshot, ids)
                except Exception as error:  # noqa: BLE001  # every caller is told, none is left waiting
                    _fail(batch, error)
                else:
                    self._observer.queried(len(ids), time.perf_counter() - began)
                    _resolve(batch, snapshot)
        finally:
            self._reading = None

    async def _next_batch(self) -> list[_Waiting]:
        """The gets that one query answers: at least one, if any waits."""
        if self._is_crowded:
            await self._arrivals()
        asked = accumulate(len(waiting.ids) for waiting in self._queue)
        size = sum(1 for _ in takewhile(lambda ids: ids <= MAX_IDS, asked)) or 1
        batch, self._queue = self._queue[:size], self._queue[size:]
        self._ids -= sum(len(waiting.ids) for waiting in batch)
        self._is_crowded = len(batch) > 1
        return batch

    async def _arrivals(self) -> None:
        """Return when no further get has come for some turns of the event loop."""
        quiet = 0
        while self._queue and quiet < QUIET_TURNS:
            seen = len(self._queue)
            await asyncio.sleep(0)
            quiet = quiet + 1 if len(self._queue) == seen else 0


def _once(act: Callable[[], T]) -> T:
    return act()


def _resolve(batch: Iterable[_Waiting], snapshot: Snapshot) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_result(snapshot)


def _fail(batch: Iterable[_Waiting], error: Exception) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
