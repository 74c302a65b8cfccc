"""The extra `events`: whether the clients of the brokers are installed."""

from importlib.util import find_spec

from items_runtime.configuration.extras import MissingExtra

CLIENTS = ("aio_pika", "redis", "nats")


def check_extra() -> None:
    """Raise MissingExtra if one of the clients of the brokers is not installed."""
    missing = [name for name in CLIENTS if find_spec(name) is None]
    if missing:
        raise MissingExtra(f"the client of a message broker ({', '.join(missing)})", "events")
