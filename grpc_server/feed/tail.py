"""The tail: what other processes commit, brought into the hub in order and without a gap.

The commits of this process come to the hub directly, if they follow what is there. If
not, others have written in between, and the tail reads what is missing, its own commits
too. Notifications make it quick; without them it looks for changes by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Self

import structlog

from grpc_server.catalog.progress import Progress
from grpc_server.database.errors import StoreError
from grpc_server.database.store import Bell, Change, Store, StoredChange
from grpc_server.feed.hub import Hub

AT_ONCE = 1000
"""About how many changes one query reads."""

Publish = Callable[[Sequence[Change]], None]

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def tailing(
    store: Store, hub: Hub, progress: Progress, every: timedelta
) -> AsyncIterator[Publish]:
    """Keep *hub* and *progress* as far as *store* is; yields what takes in own commits.

    On a store that others write to, as well, it looks for changes at least *every* so often.
    """
    if store.bell is None:
        yield partial(_publish, hub, progress)
        return
    async with Tail(store, store.bell, hub, progress, every.total_seconds()) as tail:
        yield tail.publish


class Tail:
    """Follows a *store* of which the *bell* tells; an async context manager."""

    def __init__(  # what it reads from, and what it tells
        self, store: Store, bell: Bell, hub: Hub, progress: Progress, every: float
    ) -> None:
        self._store = store
        self._bell = bell
        self._hub = hub
        self._progress = progress
        self._every = every
        self._written = hub.revision
        self._is_behind, self._is_to_ring = asyncio.Event(), asyncio.Event()
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="tail")
        self._ringer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ringer")
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        loops = {"listen": self._listen, "ring": self._ring, "follow": self._follow}
        self._tasks = [asyncio.create_task(loop(), name=name) for name, loop in loops.items()]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        self._ringer.submit(self._bell.ring, self._hub.revision)  # wakes who listens
        await asyncio.to_thread(self._ringer.shutdown)
        await asyncio.to_thread(self._threads.shutdown)

    def publish(self, changes: Sequence[Change]) -> None:
        """Take in a commit of this process, and tell the others."""
        new = [change for change in changes if change.revision > self._hub.revision]
        if new and new[0].revision == self._hub.revision + 1:
            _publish(self._hub, self._progress, new)
        elif new:
            self._is_behind.set()
        self._written = changes[-1].revision  # the hub may not have come so far
        self._is_to_ring.set()

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            revision = await loop.run_in_executor(self._threads, self._bell.heard, self._every)
            if revision is None or revision > self._hub.revision:
                self._is_behind.set()

    async def _ring(self) -> None:
        """Ring once for all commits since the last time."""
        loop = asyncio.get_running_loop()
        while await self._is_to_ring.wait():
            self._is_to_ring.clear()
            await loop.run_in_executor(self._ringer, self._bell.ring, self._written)

    async def _follow(self) -> None:
        while await self._is_behind.wait():
            self._is_behind.clear()
            try:
                await self._catch_up()
            except StoreError as error:  # the next look is at hand
                _log.warning("changes of others cannot be read now", error=str(error))

    async def _catch_up(self) -> None:
        loop = asyncio.get_running_loop()
        while found := await loop.run_in_executor(self._threads, self._read, self._hub.revision):
            new = [change for change in found if change.revision > self._hub.revision]
            self._hub.take(new)
            self._progress.advance(self._hub.revision)

    def _read(self, after: int) -> list[StoredChange]:
        with self._store.read() as reading:
            return reading.changes(after, AT_ONCE)


def _publish(hub: Hub, progress: Progress, changes: Sequence[Change]) -> None:
    hub.publish(changes)
    progress.advance(hub.revision)
