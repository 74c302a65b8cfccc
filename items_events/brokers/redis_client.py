"""Connections to Redis."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

from redis import asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from items_events.brokers.broker_url import BrokerUrl
from items_events.brokers.unavailable import RESPONSE_TIMEOUT, BrokerUnavailable, why

CLIENT_ERRORS: Final = (RedisError, OSError, TimeoutError)
"""The errors of the client library after which the connection is unusable."""


@asynccontextmanager
async def open_client(url: BrokerUrl) -> AsyncIterator["redis.Redis"]:
    """Open a client that does not retry: only its user knows what to repeat."""
    client = redis.Redis(
        host=url.host,
        port=url.port,
        db=int(url.path.removeprefix("/")),
        username=url.user or None,
        password=url.password,
        ssl=url.is_secure,
        ssl_ca_certs=url.options.get("cafile"),
        protocol=2,
        socket_timeout=RESPONSE_TIMEOUT,
        socket_connect_timeout=RESPONSE_TIMEOUT,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        yield client
    finally:
        with suppress(*CLIENT_ERRORS):
            await client.aclose()


@contextmanager
def failures() -> Iterator[None]:
    """Raise the errors of the client library as BrokerUnavailable."""
    try:
        yield
    except CLIENT_ERRORS as error:
        raise BrokerUnavailable(f"Redis: {why(error)}") from error
