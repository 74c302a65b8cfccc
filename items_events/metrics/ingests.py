"""The metrics of an ingest: messages applied, dead letters, and failures."""

from prometheus_client import CollectorRegistry, Counter, Histogram

from items_events.observer import IngestObserver
from items_runtime.metrics import SECONDS


class IngestMetrics(IngestObserver):
    """An observer that counts messages in *registry*."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "items_ingest_message_seconds",
            "Time from the delivery of a message to its acknowledgement after the commit.",
            buckets=SECONDS,
            registry=registry,
        )
        self._dead_letters = Counter(
            "items_ingest_dead_letters",
            "Messages that could not be applied, and were moved to the dead letters.",
            registry=registry,
        )
        failures = Counter(
            "items_ingest_failures",
            "Attempts that failed, and were retried after a pause.",
            ("of",),
            registry=registry,
        )
        self._of_source = failures.labels("source")
        self._of_service = failures.labels("service")

    def applied(self, seconds: float) -> None:
        """See IngestObserver."""
        self._seconds.observe(seconds)

    def dead_lettered(self) -> None:
        """See IngestObserver."""
        self._dead_letters.inc()

    def source_failed(self) -> None:
        """See IngestObserver."""
        self._of_source.inc()

    def service_failed(self) -> None:
        """See IngestObserver."""
        self._of_service.inc()
