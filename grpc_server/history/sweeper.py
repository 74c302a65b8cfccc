"""The sweeper removes what has passed its expire_time."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from grpc_server.history.periodic import repeating
from grpc_server.observer import UNOBSERVED, Observer
from grpc_server.writes.units import Expiry
from grpc_server.writes.writer import Writer
from items_runtime.supervision import Supervisor

BATCH = 500
"""How many items one commit removes: other writes pass between two batches."""


async def sweep(writer: Writer, observer: Observer = UNOBSERVED) -> int:
    """Remove everything that has expired; returns how many items and answers that was.

    Raises:
        Overloaded: too many writes wait; what is left is swept the next time.
        StoreError: the database failed; likewise.
    """
    removed = 0
    while batch := await writer.write(Expiry(BATCH)):
        removed += batch
        observer.swept(batch)
    return removed


def sweeping(
    writer: Writer, every: timedelta, supervisor: Supervisor, observer: Observer = UNOBSERVED
) -> AbstractAsyncContextManager[None]:
    """Sweep within the block, at its start and then at the interval *every*."""
    return repeating("sweeper", lambda: sweep(writer, observer), every, supervisor)
