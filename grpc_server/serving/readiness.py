"""Whether the store can be read and written, as health checks are told.

Of this process, `""` tells whether it serves: it does while its store can be read. Each
service tells whether it is ready: not while writes fail, either.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import structlog
from grpc_health.v1 import health
from grpc_health.v1.health_pb2 import HealthCheckResponse

from grpc_server.database.errors import StoreError
from grpc_server.items.errors import CatalogError
from grpc_server.reads.reader import Reader
from grpc_server.writes.units import Touch
from grpc_server.writes.writer import Writer
from items_runtime.supervision import Supervisor, end

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
        supervisor: Supervisor,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._checks = checks
        self._services = services
        self._supervisor = supervisor
        self._told: tuple[bool, bool] | None = None

    async def look(self) -> None:
        """Look how the store is, and tell; the log says what is wrong with it."""
        unread = self._what_keeps_failing() or await self._what_fails_a_read()
        unwritten = unread or await self._what_fails_a_write()
        can_read, can_write = unread is None, unwritten is None
        if (can_read, can_write) != self._told:
            if unwritten is not None:
                _log.warning("not ready", can_read=can_read, can_write=can_write, error=unwritten)
            elif self._told is not None:
                _log.info("ready", can_read=can_read, can_write=can_write)
            self._told = (can_read, can_write)
            await self._tell(can_read=can_read, can_write=can_write)

    async def give_up(self) -> None:
        """Tell that nothing is known: not ready."""
        self._told = None
        await self._tell(can_read=False, can_write=False)

    def _what_keeps_failing(self) -> str | None:
        failing = self._supervisor.failing
        return f"these tasks keep failing: {', '.join(failing)}" if failing else None

    async def _what_fails_a_read(self) -> str | None:
        return await _what_fails(self._reader.get(()))

    async def _what_fails_a_write(self) -> str | None:
        """Tell, from the last commit; if it failed, try another one for the next look."""
        if not self._writer.is_failing:
            return None
        return await _what_fails(self._writer.write(Touch())) or "the last commit failed"

    async def _tell(self, *, can_read: bool, can_write: bool) -> None:
        await self._checks.set("", _status(can_read))
        for service in self._services:
            await self._checks.set(service, _status(can_write))


@asynccontextmanager
async def watched(
    readiness: Readiness, supervisor: Supervisor, every: float = EVERY
) -> AsyncIterator[None]:
    """Look at once, and again and again within the block; not ready while that fails."""
    await readiness.look()
    task = supervisor.start("readiness", lambda: _look_for_ever(readiness, every))
    try:
        yield
    finally:
        await end(task)


async def _look_for_ever(readiness: Readiness, every: float) -> None:
    try:
        while True:
            await asyncio.sleep(every)
            await readiness.look()
    except Exception:
        await readiness.give_up()
        raise


async def _what_fails(attempt: Awaitable[object]) -> str | None:
    """What *attempt* fails by, for people; None if it succeeds."""
    try:
        async with asyncio.timeout(PATIENCE):
            await attempt
    except TimeoutError:
        return f"the store has not answered within {PATIENCE:g} s"
    except (CatalogError, StoreError) as error:
        return str(error)
    return None


def _status(is_serving: bool) -> HealthCheckResponse.ServingStatus:
    return HealthCheckResponse.SERVING if is_serving else HealthCheckResponse.NOT_SERVING
