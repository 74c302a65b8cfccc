"""The tail: what other processes commit, brought into the hub in order and without a gap.

The commits of this process come to the hub directly, if they follow what is there. If
not, others have written in between, and the tail reads what is missing, its own commits
too. Notifications make it quick; without them it looks for changes by itself.

It is also where a server notices that the database failed over: the store is behind what
the hub was told of, or another server's write has stepped over what may be lost.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import NamedTuple, Self

import structlog

from grpc_server.database.errors import StoreError
from grpc_server.database.store import Bell, Change, Head, LostRevisions, Store, StoredChange
from grpc_server.feed.hub import Hub
from grpc_server.observer import UNOBSERVED, Observer
from grpc_server.reads.watermark import Watermark
from items_runtime.supervision import Supervisor, end

AT_ONCE = 1000
"""About how many changes one query reads."""

BREATH = 0.001
"""Seconds until it listens again: what rings meanwhile is heard at once."""

REST = 0.01
"""Seconds until the next look after one that found nothing, however often it is rung."""

Publish = Callable[[Sequence[Change]], None]


class _Found(NamedTuple):
    head: Head
    has_failed_over: bool
    changes: Sequence[StoredChange]


_log = structlog.get_logger(__name__)


@asynccontextmanager
async def tailing(  # noqa: PLR0913, PLR0917  # the parts that the composition root has made
    store: Store,
    hub: Hub,
    watermark: Watermark,
    every: timedelta,
    supervisor: Supervisor,
    observer: Observer = UNOBSERVED,
) -> AsyncIterator[Publish]:
    """Keep *hub* and *watermark* as far as *store* is; yields what takes in own commits.

    On a store that others write to, as well, it looks for changes at least *every* so often.
    """
    if store.bell is None:
        yield partial(_publish, hub, watermark)
        return
    tail = Tail(
        store,
        store.bell,
        hub,
        watermark,
        every.total_seconds(),
        supervisor=supervisor,
        observer=observer,
    )
    async with tail:
        yield tail.publish


class Tail:
    """Follows a *store* of which the *bell* tells; an async context manager."""

    def __init__(  # noqa: PLR0913  # what it reads from, and what it tells
        self,
        store: Store,
        bell: Bell,
        hub: Hub,
        watermark: Watermark,
        every: float,
        *,
        supervisor: Supervisor,
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._store = store
        self._bell = bell
        self._hub = hub
        self._watermark = watermark
        self._every = every
        self._observer = observer
        self._supervisor = supervisor
        self._written = hub.revision
        self._is_behind, self._is_to_ring = asyncio.Event(), asyncio.Event()
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="tail")
        self._ringer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ringer")
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        loops = {"listen": self._listen, "ring": self._ring, "follow": self._follow}
        self._tasks = [self._supervisor.start(name, loop) for name, loop in loops.items()]
        return self

    async def __aexit__(self, *_: object) -> None:
        await end(*self._tasks)
        self._ringer.submit(self._bell.ring, self._hub.revision)  # wakes who listens
        await asyncio.to_thread(self._ringer.shutdown)
        await asyncio.to_thread(self._threads.shutdown)

    def publish(self, changes: Sequence[Change]) -> None:
        """Take in a commit of this process, and tell the others."""
        new = [change for change in changes if change.revision > self._hub.revision]
        if new and new[0].revision == self._hub.revision + 1:
            _publish(self._hub, self._watermark, new)
        elif new:
            self._is_behind.set()
        self._written = changes[-1].revision  # the hub may not have come so far
        self._is_to_ring.set()

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._is_behind.set()  # whoever rang before was not heard
        while True:
            revision = await loop.run_in_executor(self._threads, self._bell.heard, self._every)
            if revision is None or revision > self._hub.revision:
                self._is_behind.set()
            await asyncio.sleep(BREATH)

    async def _ring(self) -> None:
        """Ring once for all commits since the last time."""
        loop = asyncio.get_running_loop()
        while await self._is_to_ring.wait():
            self._is_to_ring.clear()
            await loop.run_in_executor(self._ringer, self._bell.ring, self._written)

    async def _follow(self) -> None:
        while await self._is_behind.wait():
            self._is_behind.clear()
            before = self._hub.revision
            try:
                await self._catch_up()
            except StoreError as error:  # the next look is at hand
                _log.warning("changes of others cannot be read now", error=str(error))
            if self._hub.revision == before:
                await asyncio.sleep(REST)

    async def _catch_up(self) -> None:
        loop = asyncio.get_running_loop()
        is_behind = True
        while is_behind:
            found = await loop.run_in_executor(self._threads, self._look, self._hub.revision)
            is_behind = self._take(found)

    def _look(self, after: int) -> _Found:
        """Read what was written *after*; a database that failed over is first written to."""
        found = self._read(after)
        if found.has_failed_over or found.head.revision < after:
            with self._store.write(after):
                pass  # its beginning steps over what may be lost
            found = self._read(after)
        return found

    def _read(self, after: int) -> _Found:
        with self._store.read() as reading:
            changes = reading.changes(after, AT_ONCE)
            return _Found(reading.head(), reading.has_failed_over(), changes)

    def _take(self, found: _Found) -> bool:
        """Bring what was found into the hub, in order; returns whether there may be more."""
        rest = found.changes
        for lost in found.head.lost:
            before = [change for change in rest if change.revision < lost.first]
            self._take_changes(before)
            rest = rest[len(before) :]
            if before and not rest:
                return True  # there may be more before it
            if lost.last > self._hub.revision:
                self._leave_out(lost)
        self._take_changes(rest)
        return bool(found.changes)

    def _take_changes(self, changes: Sequence[StoredChange]) -> None:
        self._hub.take(change for change in changes if change.revision > self._hub.revision)
        self._watermark.advance(self._hub.revision)

    def _leave_out(self, lost: LostRevisions) -> None:
        """Go over *lost*, and tell how many of these revisions were known to be committed."""
        known = max(max(self._hub.revision, self._watermark.revision) - lost.first + 1, 0)
        self._hub.leave_out(lost.last)
        self._watermark.leave_out(lost.last)
        self._observer.failed_over(known)
        log = _log.error if known else _log.warning
        log(
            "the database failed over: acknowledged writes are lost"
            if known
            else "the database failed over: no write that this server knows of is lost",
            lost_revisions=known,
            kept_up_to=lost.first - 1,
            goes_on_from=lost.last,
        )


def _publish(hub: Hub, watermark: Watermark, changes: Sequence[Change]) -> None:
    hub.publish(changes)
    watermark.advance(hub.revision)
