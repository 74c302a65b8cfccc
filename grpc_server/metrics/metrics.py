"""All that is measured of one server."""

import asyncio
from collections.abc import Iterable

from google.protobuf.descriptor import ServiceDescriptor
from prometheus_client import CollectorRegistry

from grpc_server.catalog.sinks import Sinks
from grpc_server.catalog.standby import Standby
from grpc_server.catalog.timekeeping import Timekeeper
from grpc_server.catalog.writer import Writer
from grpc_server.feed.watching import Feed
from grpc_server.metrics.state import (
    ClockCollector,
    PartsCollector,
    StandbyCollector,
    StoreCollector,
)
from grpc_server.metrics.work import WorkMetrics
from hosting.calls import UNKNOWN, CallMetrics, methods_of
from hosting.metrics import process_registry


class Metrics:
    """The metrics of a server of *services*, in a registry of its own.

    *calls* are measured around each call; *work* is what the parts tell.
    """

    def __init__(self, services: Iterable[ServiceDescriptor]) -> None:
        self._registry = process_registry("grpc")
        self.calls = CallMetrics(
            self._registry, "server", (*methods_of(*services), UNKNOWN), codes=("OK", "INTERNAL")
        )
        self.work = WorkMetrics(self._registry)

    def of(
        self,
        writer: Writer,
        feed: Feed,
        sinks: Sinks,
        standby: Standby | None,
        timekeeper: Timekeeper,
    ) -> CollectorRegistry:
        """All of it, and the state of these parts at each scrape; called on their event loop."""
        self._registry.register(PartsCollector(writer, feed.reader, feed.hub))
        self._registry.register(StandbyCollector(standby))
        self._registry.register(ClockCollector(timekeeper))
        self._registry.register(StoreCollector(sinks, asyncio.get_running_loop()))
        return self._registry
