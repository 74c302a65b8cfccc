"""The extra `events`: whether the clients of the brokers are installed."""

from importlib.util import find_spec

CLIENTS = ("aio_pika", "redis", "nats")


class MissingExtra(Exception):
    """The message says what to install."""


def check_extra() -> None:
    """Raise MissingExtra if one of the clients is not installed."""
    missing = [name for name in CLIENTS if find_spec(name) is None]
    if missing:
        raise MissingExtra(
            f"the clients of the message brokers are missing ({', '.join(missing)}):"
            " pip install item-service[events]"
        )
