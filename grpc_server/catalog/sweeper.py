"""The sweeper removes what has passed its expire_time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog

from grpc_server.catalog.errors import Overloaded
from grpc_server.catalog.units import Expiry
from grpc_server.catalog.writer import Writer
from grpc_server.database.errors import StoreError

BATCH = 500
"""How many items one commit removes: other writes pass between two batches."""

_log = structlog.get_logger(__name__)


async def sweep(writer: Writer) -> int:
    """Remove everything that has expired; returns how many items and answers that was.

    Raises:
        Overloaded: too many writes wait; what is left is swept the next time.
        StoreError: the database failed; likewise.
    """
    removed = 0
    while batch := await writer.write(Expiry(BATCH)):
        removed += batch
    return removed


@asynccontextmanager
async def sweeping(writer: Writer, every: timedelta) -> AsyncIterator[None]:
    """Sweep within the block, at its start and then at the interval *every*."""
    task = asyncio.create_task(_sweep_for_ever(writer, every), name="sweeper")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _sweep_for_ever(writer: Writer, every: timedelta) -> None:
    while True:
        try:
            removed = await sweep(writer)
        except (Overloaded, StoreError) as error:
            _log.warning("sweep failed", error=str(error))
        else:
            _log.debug("swept", removed=removed)
        await asyncio.sleep(every.total_seconds())
