"""Batches: how many calls go together, wait, and are refused because too many do."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from items_runtime.metrics import SIZES


class BatchTally:
    """The batches of one queue."""

    def __init__(self, sizes: Histogram, refusals: Counter, waiting: Gauge) -> None:
        self._sizes = sizes
        self._refusals = refusals
        self._waiting = waiting

    def asked(self, questions: int) -> None:
        """Count a batch of *questions* calls."""
        self._sizes.observe(questions)

    def refused(self) -> None:
        """Count a call that was refused, as too many waited."""
        self._refusals.inc()

    def read(self, waiting: Callable[[], int]) -> None:
        """Read the number of waiting calls from *waiting* at each scrape."""
        self._waiting.set_function(waiting)


class BatchMetrics:
    """The tallies of *reads* and *writes*, in *registry*."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._sizes = Histogram(
            "items_batch_calls",
            "REST calls that went in one RPC.",
            ("queue",),
            buckets=SIZES,
            registry=registry,
        )
        self._refusals = Counter(
            "items_overload_refusals",
            "Calls refused because too many waited.",
            ("queue",),
            registry=registry,
        )
        self._waiting = Gauge(
            "items_waiting_calls",
            "REST calls that wait for the answer to a batch.",
            ("queue",),
            registry=registry,
        )
        self.reads = self._tally("reads")
        self.writes = self._tally("writes")

    def _tally(self, queue: str) -> BatchTally:
        return BatchTally(
            self._sizes.labels(queue), self._refusals.labels(queue), self._waiting.labels(queue)
        )
