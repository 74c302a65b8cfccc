"""Publishers and sources by URL. The client library of a broker is imported on first use."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, Final

from items_events.brokers.broker_url import BrokerUrl
from items_events.ingest.source import Source
from items_events.publishers.publisher import Publisher
from items_runtime.configuration.extras import MissingExtra

_LIBRARIES: Final = ("aio_pika", "redis", "nats")

_PUBLISHERS: Final = MappingProxyType(
    {
        "rabbitmq": "items_events.publishers.rabbitmq",
        "redis": "items_events.publishers.redis_streams",
        "nats": "items_events.publishers.nats_jetstream",
    }
)
_SOURCES: Final = MappingProxyType(
    {
        "rabbitmq": "items_events.ingest.rabbitmq",
        "redis": "items_events.ingest.redis_streams",
    }
)


def open_publisher(url: BrokerUrl) -> AbstractAsyncContextManager[Publisher]:
    """Open the publisher at *url* for the block.

    Raises:
        MissingExtra: the client libraries of the brokers are not installed.
        BrokerUnavailable: on entering the block, if the broker cannot be reached.
    """
    publisher: AbstractAsyncContextManager[Publisher] = _connect(_PUBLISHERS, url)
    return publisher


def open_source(url: BrokerUrl) -> AbstractAsyncContextManager[Source]:
    """Open the source at *url* for the block. Raises as `open_publisher` does."""
    source: AbstractAsyncContextManager[Source] = _connect(_SOURCES, url)
    return source


def check_client_libraries() -> None:
    """Check that the extra `events`, the client libraries of the brokers, is installed.

    Raises:
        MissingExtra: a library is not installed.
    """
    missing = [name for name in _LIBRARIES if find_spec(name) is None]
    if missing:
        raise MissingExtra(f"the client of a message broker ({', '.join(missing)})", "events")


def _connect(modules: Mapping[str, str], url: BrokerUrl) -> Any:
    check_client_libraries()
    return import_module(modules[url.broker]).connect(url)
