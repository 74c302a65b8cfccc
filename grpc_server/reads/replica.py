"""The standby: a copy of the store that is read as long as it can be trusted."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Self, TypeVar

import structlog

from grpc_server.database.errors import StoreError
from grpc_server.database.store import Head, Reading, Snapshot, StandbyStore, Standing
from grpc_server.observer import UNOBSERVED, Observer
from grpc_server.reads.cost import Cost
from grpc_server.reads.past_revisions import Past
from grpc_server.reads.reader import Reader
from grpc_server.reads.watermark import Watermark
from items_runtime.supervision import Supervisor, end

T = TypeVar("T")

LOOK_SECONDS = 0.5
"""How often it is looked where the standby stands."""

HURRY_SECONDS = 0.005
"""How often while a read waits for it."""

PATIENCE_SECONDS = 1.0
"""How long the standby may take to say where it stands, before it is not read from."""

_log = structlog.get_logger(__name__)


class State(StrEnum):
    """Whether the standby is read from, and if not, why."""

    STARTING = "starting"
    READ = "read"
    UNREACHABLE = "unreachable"
    FOREIGN = "foreign"
    PROMOTED = "promoted"
    LAGGING = "lagging"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a standby is trusted.

    A read waits for it for *wait* seconds. What it answers is what the store was *max_lag*
    seconds ago, or later.
    """

    wait: float = 0.1
    max_lag: float = 10.0


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """What a read has found."""

    value: T


class Standby:
    """Answers reads from what *opens*, unless it is down, behind, promoted, or another store.

    Then the answer is None: the store itself is to be asked. An async context manager.
    *head* is where the store stands at first, and *watermark* tells how it goes on.
    """

    def __init__(  # noqa: PLR0913  # the parts that the composition root has made
        self,
        opens: Callable[[], StandbyStore],
        head: Head,
        watermark: Watermark,
        bounds: Bounds,
        *,
        supervisor: Supervisor,
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._opens = opens
        self._store_id = head.store_id
        self._watermark = watermark
        self._bounds = bounds
        self._supervisor = supervisor
        self._observer = observer
        self._past = Past(head.revision, bounds.max_lag)
        self._reached = Watermark(0)
        self._still_at = -1
        self._state = State.STARTING
        self._store: StandbyStore | None = None
        self._reader: Reader | None = None
        self._wanted = asyncio.Event()
        self._reading: set[asyncio.Future[Any]] = set()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="standby")
        self._looking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._look()
        self._looking = self._supervisor.start("standby", self._keep_looking)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._looking is not None:
            await end(self._looking)
        if self._reader is not None:
            await self._reader.__aexit__()
        await asyncio.to_thread(self._thread.shutdown)
        if self._store is not None:
            await asyncio.to_thread(self._store.close)

    @property
    def state(self) -> State:
        """Whether it is read from, and if not, why."""
        return self._state

    @property
    def revision(self) -> int:
        """The newest revision that it was seen to have."""
        return self._reached.revision

    async def get(self, ids: Sequence[str], revision: int) -> Snapshot | None:
        """The items among *ids* at *revision* or later; None to ask elsewhere."""
        found = await self._read(lambda reader, _: reader.get(ids), revision)
        if found is None or found.value.revision < self._least(revision):
            return None
        return found.value

    async def scan(
        self, read: Callable[[Reading], T], revision: int, cost: Cost = Cost.LOOKUP
    ) -> Found[T] | None:
        """Run *read*, of that *cost*, on a snapshot that has *revision*; None to ask elsewhere."""
        return await self._read(
            lambda reader, least: reader.scan(_from(least, read), cost), revision
        )

    async def tail(self, read: Callable[[Reading], T], revision: int) -> Found[T] | None:
        """Run *read* as `scan` does, but after all others of its kind."""
        return await self._read(lambda reader, least: reader.tail(_from(least, read)), revision)

    def _least(self, revision: int) -> int:
        """The revision that an answer needs: a standby of before a failover never has it."""
        return max(revision, self._past.revision, self._watermark.floor)

    async def _read(
        self, ask: Callable[[Reader, int], Awaitable[T]], revision: int
    ) -> Found[T] | None:
        reader, least = self._reader, self._least(revision)
        if reader is None or self._state is not State.READ or not await self._reach(least):
            self._observer.standby_passed_over()
            return None
        try:
            return Found(await self._unless_given_up(ask(reader, least)))
        except StoreError as error:
            _log.info("a read goes to the store, not to its standby", error=str(error))
            self._observer.standby_passed_over()
            return None

    async def _reach(self, revision: int) -> bool:
        """Whether the standby has *revision* within the bound; one that stands still has not."""
        if revision <= self._reached.revision:
            return True
        if self._reached.revision == self._still_at:
            return False
        self._wanted.set()
        try:
            async with asyncio.timeout(self._bounds.wait):
                await self._reached.reach(revision)
        except TimeoutError:
            self._still_at = self._reached.revision
            return False
        return True

    async def _unless_given_up(self, answer: Awaitable[T]) -> T:
        """*answer*; raises StoreError when the standby is given up before it comes."""
        reading = asyncio.ensure_future(answer)
        self._reading.add(reading)
        try:
            return await reading
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise StoreError("the standby was given up") from None
        finally:
            self._reading.discard(reading)

    async def _keep_looking(self) -> None:
        while True:
            if self._reached.waiting:
                await asyncio.sleep(HURRY_SECONDS)
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._wanted.wait()
            self._wanted.clear()
            await self._look()

    async def _look(self) -> None:
        self._past.note(self._watermark.revision)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                standing = await loop.run_in_executor(self._thread, self._standing)
        except (StoreError, TimeoutError) as error:
            self._become(State.UNREACHABLE, error=str(error) or "no answer in time")
            return
        if self._reader is None and self._store is not None:
            self._reader = Reader(self._store, is_another_way=True)
        self._reached.advance(standing.revision)
        self._become(self._judged(standing), revision=standing.revision)

    def _standing(self) -> Standing:
        if self._store is None:
            self._store = self._opens()
        return self._store.standing()

    def _judged(self, standing: Standing) -> State:
        if standing.store_id != self._store_id:
            return State.FOREIGN
        if not standing.is_following:
            return State.PROMOTED
        return State.READ if standing.revision >= self._least(0) else State.LAGGING

    def _become(self, state: State, **why: object) -> None:
        """Enter *state*; the reads that are under way are given up when it is no good one."""
        if state is self._state:
            return
        self._state = state
        if state is State.READ:
            _log.info("the standby is read from", **why)
            return
        _log.warning("the standby is not read from", state=state, **why)
        for reading in self._reading:
            reading.cancel()


def _from(revision: int, read: Callable[[Reading], T]) -> Callable[[Reading], T]:
    """*read*, of a snapshot that has *revision*; raises StoreError if it has not."""

    def checked(reading: Reading) -> T:
        head = reading.head()
        if head.revision < revision:
            raise StoreError(f"the standby is at revision {head.revision}, not yet at {revision}")
        return read(reading)

    return checked
