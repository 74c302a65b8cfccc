"""How calls end, how long they take, and how many are under way.

Names and labels are those of go-grpc-prometheus, for which dashboards are made.
"""

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from hosting.metrics import SECONDS

_METHOD = ("grpc_service", "grpc_method")

_UNKNOWN = ("unknown", "unknown")
"""The labels of every method that does not exist: there is no end of those names."""

_FROM_THE_START = ("OK", "INTERNAL")
"""The codes that stand at 0 before the first of them, so that the first is an increase."""


class MethodName(NamedTuple):
    """A method of a service, and whether it *streams*."""

    service: str
    method: str
    streams: bool = False


class Tally:
    """The calls of one method; told on the event loop, read on any thread."""

    def __init__(
        self, handled: Counter, seconds: Histogram | None, labels: tuple[str, ...]
    ) -> None:
        self.in_flight = 0
        self._make = partial(handled.labels, *labels)
        self._handled = {code: self._make(code) for code in _FROM_THE_START}
        self._seconds = seconds.labels(*labels) if seconds is not None else None

    def begin(self) -> None:
        """A call has come."""
        self.in_flight += 1

    def end(self, code: str, seconds: float) -> None:
        """A call has ended with *code*, after *seconds*."""
        self.in_flight -= 1
        handled = self._handled.get(code)
        if handled is None:
            handled = self._handled[code] = self._make(code)
        handled.inc()
        if self._seconds is not None:
            self._seconds.observe(seconds)


class CallMetrics:
    """The tallies of *methods*, and one for all others, in *registry*.

    How long a stream goes on is up to its caller, and not measured.
    """

    def __init__(self, registry: CollectorRegistry, methods: Iterable[MethodName]) -> None:
        self._handled = Counter(
            "grpc_server_handled",
            "Calls that have ended, by their code.",
            (*_METHOD, "grpc_code"),
            registry=registry,
        )
        self._seconds = Histogram(
            "grpc_server_handling_seconds",
            "How long calls took that answer once.",
            _METHOD,
            buckets=SECONDS,
            registry=registry,
        )
        self._in_flight = Gauge(
            "grpc_server_in_flight", "Calls under way.", _METHOD, registry=registry
        )
        self._tallies = {f"/{each.service}/{each.method}": self._tally(each) for each in methods}
        self._unknown = self._tally(MethodName(*_UNKNOWN))

    def of(self, name: str) -> Tally:
        """The tally of the method with the full *name*."""
        return self._tallies.get(name, self._unknown)

    def _tally(self, name: MethodName) -> Tally:
        labels = (name.service, name.method)
        tally = Tally(self._handled, None if name.streams else self._seconds, labels)
        self._in_flight.labels(*labels).set_function(lambda: tally.in_flight)
        return tally
