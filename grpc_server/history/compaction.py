"""The compactor keeps the history as long as it is to be."""

from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import timedelta
from functools import partial

import structlog

from grpc_server.history.periodic import repeating
from grpc_server.history.retention import Compacted, Compaction, HistoryRetention
from grpc_server.observer import UNOBSERVED, Observer
from grpc_server.writes.writer import Writer
from items_runtime.supervision import Supervisor

BATCH = 100
"""How many changes one commit drops: other writes pass between two batches."""

_log = structlog.get_logger(__name__)


async def compact(
    writer: Writer,
    retention: HistoryRetention,
    batch: int = BATCH,
    observer: Observer = UNOBSERVED,
) -> int:
    """Drop the history that may go; returns how many versions of items that was.

    A commit drops about *batch* changes at most; what may go only since the last of them
    is left for the next time, so that this ends however fast others write.

    Raises:
        Overloaded: too many writes wait; what is left is dropped the next time.
        StoreError: the database failed; likewise.
    """
    removed, is_full = 0, True
    while is_full:
        step = await writer.write(Compaction(retention, batch))
        removed, is_full = removed + step.versions, step.is_full
        observer.compacted(step.versions, len(step.lost))
        _tell_of_lost_sinks(step)
    return removed


def compacting(
    writer: Writer,
    retention: HistoryRetention,
    every: timedelta,
    supervisor: Supervisor,
    observer: Observer = UNOBSERVED,
) -> AbstractAsyncContextManager[None]:
    """Compact within the block, at its start and then at the interval *every*."""
    if retention.keeps_all:
        return nullcontext()
    work = partial(compact, writer, retention, observer=observer)
    return repeating("compactor", work, every, supervisor)


def _tell_of_lost_sinks(step: Compacted) -> None:
    for sink in step.lost:
        _log.error(
            "sink lost: history that it had to publish is gone",
            sink=sink.name,
            revision=sink.revision,
            oldest_revision=step.oldest_revision,
            missed_at_least=step.oldest_revision - 1 - sink.revision,
            last_error=sink.last_error,
        )
