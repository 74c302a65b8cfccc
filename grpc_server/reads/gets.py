"""Gets in batches: those that arrive while a query runs form the next query."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain

from grpc_server.database.store import Snapshot
from grpc_server.items.errors import InvalidRequest, Overloaded
from grpc_server.observer import Observer
from grpc_server.reads.lane import Lane

MAX_WAITING = 32_000
"""How many ids may wait to be read: as many as are read in a quarter of a second."""

RESERVED = 8_000
"""The part of these that is kept for gets of a FEW ids, so that large ones cannot fill it."""

FEW = 100
"""The most ids of a get that may use the reserved part."""

MAX_IDS = 2_000
"""How many ids one query asks for, unless a single get asks for more."""

MAX_BYTES = 1024 * 1024
"""How much one query reads for all: some milliseconds, for which everybody else waits."""

MAX_BYTES_ALONE = 8 * 1024 * 1024
"""How much is read for one get of many ids; more is too large for an answer, anyway."""

MAX_LARGE_WAITING = 100
"""How many gets of many large items may wait; each has up to a thousand ids."""

QUIET_TURNS = 16
"""After how many turns of the event loop without another get a query starts, if the one
before it answered several: arrivals come one in a turn, and a query for each costs more."""

Take = Callable[[Sequence[str], int], Snapshot]
"""Reads ids, of whose items so many bytes."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    ids: Sequence[str]
    answer: asyncio.Future[Snapshot]


class Gets:
    """Answers gets by *take*, those that wait together by one query.

    What a query had no room for is read by the next one; a get of many items that are
    large is then answered by itself, on a thread that it shares with its like only. A
    caller that is cancelled leaves the queue at once.
    """

    def __init__(self, take: Take, observer: Observer) -> None:
        self._take = take
        self._observer = observer
        self._queue: OrderedDict[_Waiting, None] = OrderedDict()
        self._ids = 0
        self._is_crowded = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gets")
        self._large = Lane("large items", 1, MAX_LARGE_WAITING, observer)
        self._reading: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Answer what waits, and end the threads."""
        if self._reading is not None:
            await self._reading
        await asyncio.to_thread(self._thread.shutdown)
        await self._large.close()

    @property
    def waiting(self) -> int:
        """How many ids wait to be read."""
        return self._ids

    async def get(self, ids: Sequence[str]) -> Snapshot:
        """Return the items that exist among *ids*, and perhaps others, at one revision.

        Raises:
            Overloaded: too many ids wait to be read.
            InvalidRequest: the items are too large to be read together.
            StoreError: the database failed.
        """
        snapshot = await self._together(ids)
        if snapshot.left_out.isdisjoint(ids):
            return snapshot
        alone = await self._large.run(lambda _: self._take(ids, MAX_BYTES_ALONE))
        if alone.left_out:
            raise too_large()
        return alone

    async def _together(self, ids: Sequence[str]) -> Snapshot:
        most = MAX_WAITING if len(ids) <= FEW else MAX_WAITING - RESERVED
        if self._queue and self._ids + len(ids) > most:
            self._observer.read_refused()
            raise Overloaded("too many reads wait; try again in a moment")
        waiting = _Waiting(ids, asyncio.get_running_loop().create_future())
        self._put(waiting)
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_all(), name="reader")
        try:
            return await waiting.answer
        finally:
            self._drop(waiting)

    def _put(self, waiting: _Waiting) -> None:
        self._queue[waiting] = None
        self._ids += len(waiting.ids)

    def _drop(self, waiting: _Waiting) -> None:
        if waiting in self._queue:
            del self._queue[waiting]
            self._ids -= len(waiting.ids)

    async def _read_all(self) -> None:
        try:
            while batch := await self._next_batch():
                await self._read(batch)
        finally:
            self._reading = None

    async def _read(self, batch: Sequence[_Waiting]) -> None:
        ids = list(dict.fromkeys(chain.from_iterable(waiting.ids for waiting in batch)))
        began = time.perf_counter()
        loop = asyncio.get_running_loop()
        try:
            snapshot = await loop.run_in_executor(self._thread, self._take, ids, MAX_BYTES)
        except Exception as error:  # noqa: BLE001  # every caller is told, none is left waiting
            _fail(batch, error)
        else:
            self._observer.queried(len(ids), time.perf_counter() - began)
            self._resolve(batch, snapshot)

    async def _next_batch(self) -> list[_Waiting]:
        """Return the gets that one query answers, those of few ids first."""
        if self._is_crowded:
            await self._arrivals()
        batch: list[_Waiting] = []
        ids = 0
        while self._queue and (not batch or ids + _size(self._queue) <= MAX_IDS):
            waiting, _ = self._queue.popitem(last=False)
            ids += len(waiting.ids)
            batch.append(waiting)
        self._ids -= ids
        self._is_crowded = len(batch) > 1
        return sorted(batch, key=lambda waiting: len(waiting.ids))

    async def _arrivals(self) -> None:
        """Return when no further get has come for some turns of the event loop."""
        quiet = 0
        while self._queue and quiet < QUIET_TURNS:
            seen = len(self._queue)
            await asyncio.sleep(0)
            quiet = quiet + 1 if len(self._queue) == seen else 0

    def _resolve(self, batch: Sequence[_Waiting], snapshot: Snapshot) -> None:
        """Answer each get of *batch*; one of a single id that had no room waits on."""
        for waiting in reversed(batch):
            if waiting.answer.done():
                continue
            if len(waiting.ids) == 1 and waiting.ids[0] in snapshot.left_out:
                self._put(waiting)
                self._queue.move_to_end(waiting, last=False)
            else:
                waiting.answer.set_result(snapshot)


def too_large() -> InvalidRequest:
    """Return the refusal of a get whose items are too large for one answer."""
    return InvalidRequest.at("ids", "are of items too large for one answer; ask for fewer")


def _size(queue: OrderedDict[_Waiting, None]) -> int:
    return len(next(iter(queue)).ids)


def _fail(batch: Collection[_Waiting], error: Exception) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
