"""The metrics of a relay, by sink: events published, their delay, and failures."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from items_events.observer import RelayObserver
from items_runtime.metrics import SECONDS

DELAYS = (*SECONDS, 60.0, 600.0, 3600.0)
"""The buckets of delays: after an outage of the broker, events can be hours old."""

_SINK = ("sink",)


def now() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC)


class RelayMetrics:
    """The metrics of *sinks*, by name, in *registry*. Delays are measured by *clock*."""

    def __init__(
        self,
        registry: CollectorRegistry,
        sinks: Iterable[str],
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.clock = clock
        self.published = Counter(
            "items_relay_published_events",
            "Events that the broker confirmed.",
            _SINK,
            registry=registry,
        )
        self.parked = Counter(
            "items_relay_parked_events",
            "Events that the broker rejected permanently.",
            _SINK,
            registry=registry,
        )
        self.failures = Counter(
            "items_relay_failures",
            "Attempts that failed, and were retried after a pause.",
            _SINK,
            registry=registry,
        )
        self.publish_seconds = Histogram(
            "items_relay_publish_seconds",
            "Time that the broker took to confirm a batch.",
            _SINK,
            buckets=SECONDS,
            registry=registry,
        )
        self.delay = Histogram(
            "items_relay_delay_seconds",
            "Age of the oldest event of a batch when it was confirmed, since its commit.",
            _SINK,
            buckets=DELAYS,
            registry=registry,
        )
        self.revision = Gauge(
            "items_relay_revision",
            "The revision up to which this relay has published every event.",
            _SINK,
            registry=registry,
        )
        self.waiting = Gauge(
            "items_relay_waiting_revisions",
            "Revisions that are waiting in this relay for the broker.",
            _SINK,
            registry=registry,
        )
        self.held = Gauge(
            "items_relay_holds_sink",
            "1 if this relay holds the lease of the sink.",
            _SINK,
            registry=registry,
        )
        self._tallies = {sink: SinkTally(self, sink) for sink in sinks}

    def of(self, sink: str) -> "SinkTally":
        """Return the tally of *sink*."""
        return self._tallies[sink]


class SinkTally(RelayObserver):
    """An observer that counts the events of one sink."""

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
        """See RelayObserver. Without the lease, nothing is waiting here."""
        self._held.set(is_held)
        if not is_held:
            self._waiting.set(0)

    def waiting(self, revisions: int) -> None:
        """See RelayObserver."""
        self._waiting.set(revisions)

    def published(self, events: int, seconds: float, since: datetime) -> None:
        """See RelayObserver. The delay is not negative, even if the clocks differ."""
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
