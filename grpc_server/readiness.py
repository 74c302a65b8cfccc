"""Whether the store can be read and written, as health checks are told.

Of this process, `""` tells whether it serves: it does while its store can be read. Each
service tells whether it is ready: not while writes fail, either.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from grpc_health.v1 import health
from grpc_health.v1.health_pb2 import HealthCheckResponse

from grpc_server.catalog.errors import CatalogError
from grpc_server.catalog.reader import Reader
from grpc_server.catalog.units import Touch
from grpc_server.catalog.writer import Writer
from grpc_server.database.errors import StoreError

EVERY = 1.0
"""Seconds between two looks."""

PATIENCE = 3.0
"""Seconds that the store has to answer; more than a busy one needs."""

_log = structlog.get_logger(__name__)


class Readiness:
    """Keeps *checks* as the store is, of the *services* that stand on it."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        checks: health.aio.HealthServicer,
        services: tuple[str, ...],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._checks = checks
        self._services = services
        self._told: tuple[bool, bool] | None = None

    async def look(self) -> None:
        """Look how the store is, and tell."""
        can_read = await self._can_read()
        can_write = can_read and await self._can_write()
        if (can_read, can_write) != self._told:
            if self._told is not None or not can_write:
                said = "ready" if can_write else "not ready"
                _log.log(_level(can_write), said, can_read=can_read, can_write=can_write)
            self._told = (can_read, can_write)
            await self._tell(can_read, can_write)

    async def _can_read(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._reader.get(())
        except (CatalogError, StoreError, TimeoutError):
            return False
        return True

    async def _can_write(self) -> bool:
        """Tell, from the last commit; if it failed, try another one for the next look."""
        if not self._writer.is_failing:
            return True
        with suppress(CatalogError, StoreError, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._writer.write(Touch())
        return False

    async def _tell(self, can_read: bool, can_write: bool) -> None:
        await self._checks.set("", _status(can_read))
        for service in self._services:
            await self._checks.set(service, _status(can_write))


@asynccontextmanager
async def watched(readiness: Readiness, every: float = EVERY) -> AsyncIterator[None]:
    """Look at once, and again and again within the block."""
    await readiness.look()
    task = asyncio.create_task(_look_for_ever(readiness, every), name="readiness")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _look_for_ever(readiness: Readiness, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        await readiness.look()


def _level(can_write: bool) -> int:
    return logging.INFO if can_write else logging.WARNING


def _status(is_serving: bool) -> HealthCheckResponse.ServingStatus:
    return HealthCheckResponse.SERVING if is_serving else HealthCheckResponse.NOT_SERVING
