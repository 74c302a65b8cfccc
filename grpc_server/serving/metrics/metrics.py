"""All that is measured of one server."""

import asyncio
from collections.abc import Iterable

from google.protobuf.descriptor import ServiceDescriptor
from prometheus_client import CollectorRegistry

from grpc_server.feed.watches import Feed
from grpc_server.reads.replica import Standby
from grpc_server.serving.metrics.state import (
    ClockCollector,
    PartsCollector,
    StandbyCollector,
    StoreCollector,
)
from grpc_server.serving.metrics.work import WorkMetrics
from grpc_server.sinks.sinks import Sinks
from grpc_server.writes.commit_time import Timekeeper
from grpc_server.writes.writer import Writer
from items_runtime.calls import UNKNOWN, CallMetrics, methods_of
from items_runtime.metrics import process_registry


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
