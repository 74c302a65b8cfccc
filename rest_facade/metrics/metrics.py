"""The metrics of one facade."""

from items_runtime.metrics import process_registry, restarts
from rest_facade.metrics.batches import BatchMetrics
from rest_facade.metrics.requests import RequestMetrics
from rest_facade.metrics.upstream import UpstreamMetrics


class Metrics:
    """The metrics of a facade, in a *registry* of its own.

    *requests* and calls to *upstream* are measured around each; *batches* are told by what
    makes them. Tasks that failed and start again are told to *restarted*.
    """

    def __init__(self) -> None:
        self.registry = process_registry("rest")
        self.requests = RequestMetrics(self.registry)
        self.batches = BatchMetrics(self.registry)
        self.upstream = UpstreamMetrics(self.registry)
        self.restarted = restarts(self.registry, "uvicorn")
