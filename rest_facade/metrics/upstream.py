"""Calls to the item service, and the streams of it that go on."""

from typing import Final

from prometheus_client import CollectorRegistry, Gauge

from items.v1 import items_pb2
from items_runtime.calls import CallMetrics, methods_of

ITEM_SERVICE: Final = items_pb2.DESCRIPTOR.services_by_name["ItemService"]


class UpstreamMetrics:
    """Counts *calls* that answer once, and *streams*, in *registry*."""

    def __init__(self, registry: CollectorRegistry) -> None:
        unary = (name for name in methods_of(ITEM_SERVICE) if not name.streams)
        self.calls = CallMetrics(registry, "client", unary, codes=("OK", "UNAVAILABLE"))
        self.streams = 0
        Gauge(
            "items_upstream_streams", "Watches of the item service that go on.", registry=registry
        ).set_function(lambda: self.streams)

    def stream_ended(self) -> None:
        """Count a stream that has ended."""
        self.streams -= 1
