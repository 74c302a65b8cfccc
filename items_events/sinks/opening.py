"""Opens a sink by its URL; the client of its broker is imported only then."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from types import MappingProxyType
from typing import Final

from items_events.broker_url import BrokerUrl
from items_events.extra import check_extra
from items_events.sinks.sink import Sink

Connect = Callable[[BrokerUrl], AbstractAsyncContextManager[Sink]]

_MODULES: Final = MappingProxyType(
    {
        "rabbitmq": "items_events.sinks.rabbitmq",
        "redis": "items_events.sinks.redis_streams",
        "nats": "items_events.sinks.nats_jetstream",
    }
)


def open_sink(url: BrokerUrl) -> AbstractAsyncContextManager[Sink]:
    """A connection to the sink at *url*, for the block.

    Raises:
        MissingExtra: the clients of the brokers are not installed.
        BrokerUnavailable: on entering the block, if the broker cannot be reached.
    """
    check_extra()
    connect: Connect = import_module(_MODULES[url.broker]).connect
    return connect(url)
