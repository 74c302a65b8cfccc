"""How gRPC calls end, how long they take, and how many are under way.

Names and labels are those of go-grpc-prometheus, for which dashboards are made.
"""

from collections.abc import Iterable
from functools import partial
from typing import Literal, NamedTuple

from google.protobuf.descriptor import ServiceDescriptor
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from items_runtime.metrics import SECONDS

_METHOD = ("grpc_service", "grpc_method")


class MethodName(NamedTuple):
    """A method of a service, and whether it *streams*."""

    service: str
    method: str
    streams: bool = False

    @property
    def full(self) -> str:
        """As it is called."""
        return f"/{self.service}/{self.method}"


UNKNOWN = MethodName("unknown", "unknown")
"""Stands for every method that does not exist: there is no end of those names."""


class Tally:
    """The calls of one method; told on the event loop, read on any thread.

    *codes* stand at 0 before the first of them, so that the first is an increase.
    """

    def __init__(
        self,
        handled: Counter,
        seconds: Histogram | None,
        labels: tuple[str, ...],
        codes: Iterable[str],
    ) -> None:
        self.in_flight = 0
        self._make = partial(handled.labels, *labels)
        self._handled = {code: self._make(code) for code in codes}
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
    """The tallies of *methods* in *registry*, for that *side* of the calls.

    How long a stream goes on is up to its caller, and not measured.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        side: Literal["server", "client"],
        methods: Iterable[MethodName],
        codes: Iterable[str],
    ) -> None:
        self._handled = Counter(
            f"grpc_{side}_handled",
            "Calls that have ended, by their code.",
            (*_METHOD, "grpc_code"),
            registry=registry,
        )
        self._seconds = Histogram(
            f"grpc_{side}_handling_seconds",
            "How long calls took that answer once.",
            _METHOD,
            buckets=SECONDS,
            registry=registry,
        )
        self._in_flight = Gauge(
            f"grpc_{side}_in_flight", "Calls under way.", _METHOD, registry=registry
        )
        self._tallies = {name.full: self._tally(name, codes) for name in methods}

    def of(self, name: str) -> Tally:
        """The tally of the method with the full *name*; if it has none, that of UNKNOWN."""
        return self._tallies.get(name) or self._tallies[UNKNOWN.full]

    def _tally(self, name: MethodName, codes: Iterable[str]) -> Tally:
        labels = (name.service, name.method)
        tally = Tally(self._handled, None if name.streams else self._seconds, labels, codes)
        self._in_flight.labels(*labels).set_function(lambda: tally.in_flight)
        return tally


def methods_of(*services: ServiceDescriptor) -> Iterable[MethodName]:
    """Every method of *services*."""
    for service in services:
        for method in service.methods:
            yield MethodName(service.full_name, method.name, method.server_streaming)
