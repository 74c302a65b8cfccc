"""HTTP requests: how they are answered, how long that takes, and how many are under way."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from items_runtime.metrics import SECONDS

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})

OTHER = "other"
"""Stands for every other method: a client may think of many."""

_REQUEST = ("method", "route")


class RequestMetrics:
    """Counts requests in *registry*; told on the event loop, read on any thread."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.in_flight = 0
        self._requests = Counter(
            "http_requests",
            "Requests, by the class of their status, when their answer begins.",
            (*_REQUEST, "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "http_request_duration_seconds",
            "How long it took until answers began.",
            _REQUEST,
            buckets=SECONDS,
            registry=registry,
        )
        Gauge("http_requests_in_flight", "Requests under way.", registry=registry).set_function(
            lambda: self.in_flight
        )
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count the answer to *method* at *route*, a template, which began after *seconds*."""
        key = (method if method in METHODS else OTHER, route, status // 100)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._made(*key)
        requests, duration = known
        requests.inc()
        duration.observe(seconds)

    def _made(self, method: str, route: str, hundreds: int) -> tuple[Counter, Histogram]:
        requests = self._requests.labels(method, route, f"{hundreds}xx")
        return requests, self._seconds.labels(method, route)
