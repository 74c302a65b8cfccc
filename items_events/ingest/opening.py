"""Opens a source by its URL; the client of its broker is imported only then."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from types import MappingProxyType
from typing import Final

from items_events.broker_url import BrokerUrl
from items_events.extra import check_extra
from items_events.ingest.source import Source

Connect = Callable[[BrokerUrl], AbstractAsyncContextManager[Source]]

_MODULES: Final = MappingProxyType(
    {
        "rabbitmq": "items_events.ingest.rabbitmq",
        "redis": "items_events.ingest.redis_streams",
    }
)


def open_source(url: BrokerUrl) -> AbstractAsyncContextManager[Source]:
    """A connection to the source at *url*, for the block.

    Raises:
        MissingExtra: the clients of the brokers are not installed.
        BrokerUnavailable: on entering the block, if the broker cannot be reached.
    """
    check_extra()
    connect: Connect = import_module(_MODULES[url.broker]).connect
    return connect(url)
