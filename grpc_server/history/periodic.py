"""Work that the service does by itself, again and again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from grpc_server.database.errors import StoreError
from grpc_server.items.errors import CatalogError
from items_runtime.supervision import Supervisor, end

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def repeating(
    name: str, work: Callable[[], Awaitable[int]], every: timedelta, supervisor: Supervisor
) -> AsyncIterator[None]:
    """Do *work* within the block, at its start and then at the interval *every*.

    It tells how much it has done. Whatever it raises is logged, and it is done again.
    """
    task = supervisor.start(name, lambda: _repeat_for_ever(name, work, every))
    try:
        yield
    finally:
        await end(task)


async def _repeat_for_ever(name: str, work: Callable[[], Awaitable[int]], every: timedelta) -> None:
    while True:
        try:
            done = await work()
        except (CatalogError, StoreError) as error:
            _log.warning("failed, and is tried again", work=name, error=str(error))
        except Exception:  # noqa: BLE001  # a bug in it must not end it for good, unnoticed
            _log.exception("fault", work=name)
        else:
            _log.debug("done", work=name, removed=done)
        await asyncio.sleep(every.total_seconds())
