"""The work of the parts: commits, queries, and what is removed."""

from prometheus_client import CollectorRegistry, Counter, Histogram

from grpc_server.observer import Observer
from items_runtime.metrics import SECONDS, SIZES, restarts

_TASKS = ("compactor", "follow", "guard", "listen", "readiness", "ring", "standby", "sweeper")


class WorkMetrics(Observer):
    """Counts what it is told, in *registry*."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._commit_seconds = Histogram(
            "items_commit_seconds",
            "How long a batch took, from its start until it was durable.",
            buckets=SECONDS,
            registry=registry,
        )
        self._commit_writes = Histogram(
            "items_commit_writes", "Writes in a commit.", buckets=SIZES, registry=registry
        )
        self._query_seconds = Histogram(
            "items_query_seconds",
            "How long a query for a batch of ids took.",
            buckets=SECONDS,
            registry=registry,
        )
        self._query_ids = Histogram(
            "items_query_ids", "Ids in such a query.", buckets=SIZES, registry=registry
        )
        self._commit_failures = Counter(
            "items_commit_failures", "Batches that the database failed.", registry=registry
        )
        refused = Counter(
            "items_overload_refusals",
            "Calls refused because too many waited.",
            ("queue",),
            registry=registry,
        )
        self._writes_refused = refused.labels("writes")
        self._reads_refused = refused.labels("reads")
        self._passed_over = Counter(
            "items_standby_passed_over",
            "Reads that went to the store, and not to its standby.",
            registry=registry,
        )
        self._swept = Counter(
            "items_swept", "Expired items and stored answers that were removed.", registry=registry
        )
        self._compacted = Counter(
            "items_compacted_versions",
            "Versions of items that were removed from the history.",
            registry=registry,
        )
        self._lost = Counter(
            "items_sinks_lost",
            "Sinks that lost history which they still had to publish.",
            registry=registry,
        )
        self._failovers = Counter(
            "items_failovers",
            "Promotions of a standby that the store went over to.",
            registry=registry,
        )
        self._lost_revisions = Counter(
            "items_lost_revisions",
            "Committed revisions that this server knew, and that a failover has lost.",
            registry=registry,
        )
        self._cut = Counter(
            "items_watchers_cut", "Watchers that were too slow, and were cut.", registry=registry
        )
        self._restarted = restarts(registry, *_TASKS)

    def committed(self, writes: int, seconds: float) -> None:
        """See Observer."""
        self._commit_writes.observe(writes)
        self._commit_seconds.observe(seconds)

    def commit_failed(self) -> None:
        """See Observer."""
        self._commit_failures.inc()

    def queried(self, ids: int, seconds: float) -> None:
        """See Observer."""
        self._query_ids.observe(ids)
        self._query_seconds.observe(seconds)

    def write_refused(self) -> None:
        """See Observer."""
        self._writes_refused.inc()

    def read_refused(self) -> None:
        """See Observer."""
        self._reads_refused.inc()

    def standby_passed_over(self) -> None:
        """See Observer."""
        self._passed_over.inc()

    def swept(self, removed: int) -> None:
        """See Observer."""
        self._swept.inc(removed)

    def compacted(self, versions: int, lost_sinks: int) -> None:
        """See Observer."""
        self._compacted.inc(versions)
        self._lost.inc(lost_sinks)

    def failed_over(self, lost: int) -> None:
        """See Observer."""
        self._failovers.inc()
        self._lost_revisions.inc(lost)

    def task_failed(self, name: str) -> None:
        """See Observer."""
        self._restarted(name)

    def watcher_cut(self) -> None:
        """See Observer."""
        self._cut.inc()
