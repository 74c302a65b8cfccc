"""The sinks of a relay: what they were sent, how soon, and what failed."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from items_events.observer import RelayObserver
from items_runtime.metrics import SECONDS

DELAYS = (*SECONDS, 60.0, 600.0, 3600.0)
"""A broker that was away for long gets what is as old."""

_SINK = ("sink",)


def now() -> datetime:
    """The current time, in UTC."""
    return datetime.now(UTC)


class RelayMetrics:
    """What is told of *sinks*, by their names, in *registry*; *clock* tells how old events are."""

    def __init__(
        self,
        registry: CollectorRegistry,
        sinks: Iterable[str],
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.clock = clock
        self.published = Counter(
            "items_relay_published_events",
            "Events that the broker has confirmed.",
            _SINK,
            registry=registry,
        )
        self.parked = Counter(
            "items_relay_parked_events",
            "Events that the broker will never take.",
            _SINK,
            registry=registry,
        )
        self.failures = Counter(
            "items_relay_failures",
            "Attempts that failed, and were made again after a pause.",
            _SINK,
            registry=registry,
        )
        self.publish_seconds = Histogram(
            "items_relay_publish_seconds",
            "How long the broker took to confirm a batch.",
            _SINK,
            buckets=SECONDS,
            registry=registry,
        )
        self.delay = Histogram(
            "items_relay_delay_seconds",
            "How long ago the oldest event of a confirmed batch was committed.",
            _SINK,
            buckets=DELAYS,
            registry=registry,
        )
        self.revision = Gauge(
            "items_relay_revision",
            "Up to it, this relay has published all.",
            _SINK,
            registry=registry,
        )
        self.waiting = Gauge(
            "items_relay_waiting_revisions",
            "Revisions that wait in this relay for the broker.",
            _SINK,
            registry=registry,
        )
        self.held = Gauge(
            "items_relay_holds_sink",
            "1 if this relay is the one that publishes.",
            _SINK,
            registry=registry,
        )
        self._tallies = {sink: SinkTally(self, sink) for sink in sinks}

    def of(self, sink: str) -> "SinkTally":
        """The tally of one of the sinks."""
        return self._tallies[sink]


class SinkTally(RelayObserver):
    """The figures of one sink."""

    def __init__(self, metrics: RelayMetrics, sink: str) -> None:
        self._clock = metrics.clock
        self._published = metrics.published.labels(sink)
        self._parked = metrics.parked.labels(sink)
        self._failures = metrics.failures.labels(sink)
        self._publish_seconds = metrics.publish_seconds.labels(sink)
        self._delay = metrics.delay.labels(sink)
        self._revision = metrics.revision.labels(sink)
        self._waiting = metrics.waiting.labels(sink)
        self._held = metrics.held.labels(sink)

    def held(self, *, is_held: bool) -> None:
        """See RelayObserver; what waited without the lease waits in the next relay."""
        self._held.set(is_held)
        if not is_held:
            self._waiting.set(0)

    def waiting(self, revisions: int) -> None:
        """See RelayObserver."""
        self._waiting.set(revisions)

    def published(self, events: int, seconds: float, since: datetime) -> None:
        """See RelayObserver; a clock that is behind the server's makes no negative delay."""
        self._published.inc(events)
        self._publish_seconds.observe(seconds)
        self._delay.observe(max(0.0, (self._clock() - since).total_seconds()))

    def parked(self) -> None:
        """See RelayObserver."""
        self._parked.inc()

    def confirmed(self, revision: int) -> None:
        """See RelayObserver."""
        self._revision.set(revision)

    def failed(self) -> None:
        """See RelayObserver."""
        self._failures.inc()
