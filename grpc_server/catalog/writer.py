"""Group commit: write units that wait together are committed together.

While one commit is under way the next batch gathers by itself; no timer is needed.
One thread owns every write, so that units are applied one after the other, in the
order of their arrival, and each sees the effects of those before it.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import structlog

from grpc_server.catalog.attempt import Attempt, Committed
from grpc_server.catalog.errors import Overloaded
from grpc_server.catalog.observer import UNOBSERVED, Observer
from grpc_server.catalog.units import R_co, WriteUnit
from grpc_server.database.store import Change, Store

_log = structlog.get_logger(__name__)

MAX_WAITING = 10_000
"""How many writes may wait; more are refused rather than kept for too long."""

MAX_BATCH = 512
"""How many writes share a commit, unless one unit has more; so none waits long for it."""


STUCK_SECONDS = 3.0
"""After how long a commit is taken for one that fails."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    unit: WriteUnit[Any]
    writes: int
    answer: asyncio.Future[Any]


class Writer:
    """Applies write units, many in one durable commit.

    An async context manager: on leaving it, what waits is still written.
    *clock* gives the current time with its zone, *new_id* the id of an item without one.
    *on_commit* is told of the changes of each commit, in the order of revisions, before
    those who asked for them are answered.
    """

    def __init__(  # noqa: PLR0913  # the parts that the composition root has made
        self,
        store: Store,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        on_commit: Callable[[Sequence[Change]], None],
        *,
        max_waiting: int = MAX_WAITING,
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id
        self._on_commit = on_commit
        self._max_waiting = max_waiting
        self._observer = observer
        self._queue: deque[_Waiting] = deque()
        self._writes = 0
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._committing: asyncio.Task[None] | None = None
        self._began: float | None = None
        self._has_failed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._committing is not None:
            await self._committing
        self._thread.shutdown()

    @property
    def waiting(self) -> int:
        """How many writes wait for a commit."""
        return self._writes

    @property
    def is_failing(self) -> bool:
        """Whether the last commit has failed, or one has lasted for much too long."""
        is_stuck = self._began is not None and time.perf_counter() - self._began > STUCK_SECONDS
        return self._has_failed or is_stuck

    async def write(self, unit: WriteUnit[R_co]) -> R_co:
        """Apply *unit*; returns when its effects are durable.

        A commit that the database breaks off is tried again, and one whose connection
        breaks is looked for before that.

        A caller that is cancelled while its unit waits withdraws it.

        Raises:
            CatalogError: the unit is refused; it has written nothing.
            Overloaded: too many writes wait; this unit has written nothing.
            CommitUnknown: the database failed while it committed; it may be written or not.
            StoreError: the database failed; nothing was written.
        """
        writes = max(1, sum(1 for _ in unit.ids()))
        if self._queue and self._writes + writes > self._max_waiting:
            self._observer.write_refused()
            raise Overloaded("too many writes wait; try again in a moment")
        waiting = _Waiting(unit, writes, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._writes += writes
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all(), name="writer")
        result: R_co = await waiting.answer
        return result

    async def _commit_all(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while batch := self._next_batch():
                self._began = time.perf_counter()
                try:
                    committed = await loop.run_in_executor(self._thread, self._commit, batch)
                except Exception as error:  # noqa: BLE001  # every caller is told, none is left waiting
                    self._has_failed = True
                    self._observer.commit_failed()
                    _resolve(batch, [error] * len(batch))
                else:
                    self._has_failed = False
                    writes = sum(waiting.writes for waiting in batch)
                    self._observer.committed(writes, time.perf_counter() - self._began)
                    self._tell(committed.changes)
                    _resolve(batch, committed.outcomes)
        finally:
            self._committing = self._began = None

    def _tell(self, changes: Sequence[Change]) -> None:
        """Tell of a commit; what is written is answered, whatever comes of that."""
        if not changes:
            return
        try:
            self._on_commit(changes)
        except Exception:  # noqa: BLE001  # the write has succeeded, and nobody else waits for this
            _log.exception("fault", revision=changes[-1].revision)

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        writes = 0
        while self._queue and (not batch or writes + self._queue[0].writes <= MAX_BATCH):
            waiting = self._queue.popleft()
            self._writes -= waiting.writes
            if not waiting.answer.done():
                batch.append(waiting)
                writes += waiting.writes
        return batch

    def _commit(self, batch: Sequence[_Waiting]) -> Committed:
        """Apply the units of *batch* together; runs on the writer's thread."""
        units = [waiting.unit for waiting in batch]
        attempt = Attempt(self._store, units, self._clock, self._new_id)
        return attempt.commit(is_wanted=lambda: not all(each.answer.done() for each in batch))


def _resolve(batch: Sequence[_Waiting], outcomes: Sequence[Any]) -> None:
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if waiting.answer.done():
            continue
        if isinstance(outcome, BaseException):
            waiting.answer.set_exception(outcome)
        else:
            waiting.answer.set_result(outcome)
