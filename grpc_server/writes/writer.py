"""Group commit: write units that wait together are committed together.

While one commit is under way the next batch gathers by itself; no timer is needed.
One thread owns every write, so that units are applied one after the other, and each sees
the effects of those before it. Small ones, and large ones, are applied in the order of
their arrival; a commit of small ones comes after each commit of large ones.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Self

import structlog

from grpc_server.database.store import Change, Store
from grpc_server.items.errors import Overloaded
from grpc_server.observer import UNOBSERVED, Observer
from grpc_server.writes.batch import Attempt, Committed
from grpc_server.writes.units import R_co, WriteUnit
from grpc_server.writes.write_queue import MAX_WAITING, MAX_WAITING_BYTES, Waiting, WriteQueue

_log = structlog.get_logger(__name__)

STUCK_SECONDS = 3.0
"""After how long a commit is taken for one that fails."""


class Writer:
    """Applies write units, many in one durable commit.

    An async context manager: on leaving it, what waits is still written.
    *clock* gives the current time with its zone, *new_id* the id of an item without one,
    *seen* the greatest revision that is known to have been committed.
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
        seen: Callable[[], int] = lambda: 0,
        max_waiting: int = MAX_WAITING,
        max_bytes: int = MAX_WAITING_BYTES,
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id
        self._seen = seen
        self._on_commit = on_commit
        self._observer = observer
        self._queue = WriteQueue(max_waiting, max_bytes)
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
        return self._queue.writes

    @property
    def waiting_bytes(self) -> int:
        """How large the requests of these are."""
        return self._queue.bytes

    @property
    def is_failing(self) -> bool:
        """Whether the last commit has failed, or one has lasted for much too long."""
        is_stuck = self._began is not None and time.perf_counter() - self._began > STUCK_SECONDS
        return self._has_failed or is_stuck

    async def write(self, unit: WriteUnit[R_co]) -> R_co:
        """Apply *unit*; returns when its effects are durable.

        A commit that the database breaks off is tried again, and one whose connection
        breaks is looked for before that.

        A caller that is cancelled, as at its deadline, while its unit waits withdraws it:
        the unit leaves the queue at once. So does one whose batch has not got hold of the
        database: what has not begun at the deadline is never applied.

        Raises:
            CatalogError: the unit is refused; it has written nothing.
            Overloaded: too many writes wait, or too much; this unit has written nothing.
            CommitUnknown: the database failed while it committed; it may be written or not.
            StoreError: the database failed; nothing was written.
        """
        waiting = Waiting.of(unit)
        if not self._queue.has_room(waiting):
            self._observer.write_refused()
            raise Overloaded("too many writes wait; try again in a moment")
        self._queue.put(waiting)
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all(), name="writer")
        try:
            result: R_co = await waiting.answer
        finally:
            self._queue.drop(waiting)
        return result

    async def _commit_all(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while batch := self._queue.take():
                self._began = time.perf_counter()
                try:
                    committed = await loop.run_in_executor(self._thread, self._commit, batch)
                except Exception as error:  # noqa: BLE001  # every caller is told, none is left waiting
                    self._has_failed = True
                    self._observer.commit_failed()
                    _resolve(batch, [error] * len(batch))
                else:
                    self._has_failed = False
                    batch = self._applied(batch, len(committed.outcomes))
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

    def _applied(self, batch: list[Waiting], count: int) -> list[Waiting]:
        """Return the first *count* of *batch*; the others are to be applied next."""
        for waiting in reversed(batch[count:]):
            self._queue.put(waiting, first=True)
        return batch[:count]

    def _commit(self, batch: Sequence[Waiting]) -> Committed:
        """Apply the units of *batch* together; runs on the writer's thread."""
        attempt = Attempt(self._store, batch, self._clock, self._new_id, self._seen)
        return attempt.commit(is_wanted=lambda: not all(each.answer.done() for each in batch))


def _resolve(batch: Sequence[Waiting], outcomes: Sequence[Any]) -> None:
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if waiting.answer.done():
            continue
        if isinstance(outcome, BaseException):
            waiting.answer.set_exception(outcome)
        else:
            waiting.answer.set_result(outcome)
