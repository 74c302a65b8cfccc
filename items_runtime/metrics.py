"""The metrics of a process: its registry, and the listener that Prometheus asks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Info,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    make_wsgi_app,
    start_http_server,
)

from items_runtime.address import Address
from items_runtime.host_check import answering_own_names
from items_runtime.os_errors import cannot_listen

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The buckets of every histogram of seconds: a get takes less than one of them."""

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)
"""The buckets of every histogram of how many there were."""

_log = structlog.get_logger(__name__)


def process_registry(component: str) -> CollectorRegistry:
    """A registry of its own, with what is known of every process; *component* says which it is."""
    # The times of creation double the answer, and nothing of ours reads them.
    disable_created_metrics()  # type: ignore[no-untyped-call]  # its stubs lack it
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    build = Info(
        "items_build", "What runs here: the version, and which process.", registry=registry
    )
    build.info({"version": version("item-service"), "component": component})
    return registry


def restarts(registry: CollectorRegistry, *tasks: str) -> Callable[[str], None]:
    """Return what counts a task that failed and starts again; *tasks* stand at 0 from the start."""
    counter = Counter(
        "items_task_restarts",
        "Long-lived tasks that failed, and started again.",
        ("task",),
        registry=registry,
    )
    for task in tasks:
        counter.labels(task)
    return lambda name: counter.labels(name).inc()


@asynccontextmanager
async def metrics_served(registry: CollectorRegistry, address: str | None) -> AsyncIterator[None]:
    """Serve `/metrics` at *address*, HOST:PORT, within the block; without one, nowhere.

    It answers on threads of its own, so also when the event loop does not get on.

    Raises:
        OSError: the address cannot be listened on.
    """
    if address is None:
        yield
        return
    place = Address.parse(address)
    try:
        server, _ = await asyncio.to_thread(start_http_server, place.port, place.host, registry)
    except OSError as error:
        why = cannot_listen(address, error)
        raise OSError(f"the metrics: {why}; choose another port, or 0 for a free one") from error
    server.set_app(answering_own_names(make_wsgi_app(registry), place.host))
    _log.info("metrics", url=f"http://{place.at_port(server.server_port)}/metrics")
    try:
        yield
    finally:
        await asyncio.to_thread(server.shutdown)
        server.server_close()
