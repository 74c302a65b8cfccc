"""How much history is kept, and a bounded step towards that."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate, takewhile
from typing import Self

from grpc_server.database.store import ChangeTime, Head, RequestKey
from grpc_server.sinks.leases import is_lost
from grpc_server.writes.staging import Staging
from items.v1 import sinks_pb2


@dataclass(frozen=True, slots=True)
class HistoryRetention:
    """How old history may get, and how many revisions of it are kept; None is no limit.

    Beyond that, history waits for the sinks that still have to publish it, until it is
    older than *sink_bound*. The newest revision is always kept.
    """

    max_age: timedelta | None = None
    max_revisions: int | None = None
    sink_bound: timedelta = timedelta(days=7)

    @property
    def keeps_all(self) -> bool:
        """Whether nothing is ever compacted."""
        return self.max_age is None and self.max_revisions is None

    @property
    def without_ages(self) -> Self:
        """What holds while the clock is in doubt: nothing goes for its age."""
        return replace(self, max_age=None, sink_bound=timedelta.max)


@dataclass(frozen=True, slots=True)
class Compacted:
    """What a step did: how many *versions* are gone, and which sinks have lost some of them.

    *is_full* if it went as far as a step may: then there may be more to do.
    """

    versions: int
    oldest_revision: int
    is_full: bool
    lost: Sequence[sinks_pb2.Sink]


@dataclass(frozen=True, slots=True)
class Compaction:
    """Moves the oldest kept revision on, past about *limit* changes at most."""

    retention: HistoryRetention
    limit: int

    def ids(self) -> Iterable[str]:
        """None: changes are found by their revision."""
        return ()

    def keys(self) -> Iterable[RequestKey]:
        """None: there is no request."""
        return ()

    def size(self) -> int:
        """None: nobody has sent it."""
        return 0

    def apply(self, staging: Staging) -> Compacted:
        """Decide, then compact, in the transaction in which the sinks were looked at."""
        before, sinks = staging.head, staging.transaction.sinks()
        oldest = staging.transaction.oldest_changes(self.limit)
        cursor = slowest_cursor(sinks, before)
        retention = self.retention if staging.may_remove else self.retention.without_ages
        after = next_oldest(oldest, before, cursor, retention, staging.now)
        has_moved = after > before.oldest_revision
        return Compacted(
            versions=staging.transaction.compact(after) if has_moved else 0,
            oldest_revision=after,
            is_full=has_moved and len(oldest) == self.limit and after >= oldest[-1].revision,
            lost=lost_between(sinks, before, replace(before, oldest_revision=after)),
        )


def next_oldest(
    oldest: Sequence[ChangeTime],
    head: Head,
    cursor: float,
    retention: HistoryRetention,
    now: datetime,
) -> int:
    """The revision to keep history from: past as many of the *oldest* changes as may go.

    *cursor* is the revision up to which all sinks have published. A change is at least
    as old as those after it: one that a wrong clock has dated ahead holds up nothing.
    """
    ages = _ages(oldest, now)

    def may_go(aged: tuple[ChangeTime, timedelta]) -> bool:
        change, age = aged
        is_old = retention.max_age is not None and age > retention.max_age
        is_far = (
            retention.max_revisions is not None
            and head.written_after(change.revision) >= retention.max_revisions
        )
        is_published = change.revision <= cursor or age > retention.sink_bound
        return change.revision < head.revision and (is_old or is_far) and is_published

    gone = [change for change, _ in takewhile(may_go, zip(oldest, ages, strict=True))]
    if not gone:
        return head.oldest_revision
    if len(gone) < len(oldest):
        return oldest[len(gone)].revision
    return max(gone[-1].revision, gone[0].revision + 1)  # the last may go on beyond *oldest*


def _ages(oldest: Sequence[ChangeTime], now: datetime) -> Sequence[timedelta]:
    backwards = accumulate((change.commit_time for change in reversed(oldest)), min)
    return [now - time for time in reversed([*backwards])]


def slowest_cursor(sinks: Iterable[sinks_pb2.Sink], head: Head) -> float:
    """The revision up to which all sinks have published; a lost one is not waited for."""
    waited_for = (sink.revision for sink in sinks if not is_lost(sink, head))
    return min(waited_for, default=math.inf)


def lost_between(
    sinks: Iterable[sinks_pb2.Sink], before: Head, after: Head
) -> Sequence[sinks_pb2.Sink]:
    """The sinks that are lost when the oldest revision moves from *before* to *after*."""
    return [sink for sink in sinks if is_lost(sink, after) and not is_lost(sink, before)]
