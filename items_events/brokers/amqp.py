"""Connections to RabbitMQ."""

import asyncio
from contextlib import suppress
from typing import Final
from urllib.parse import unquote

import aio_pika
from aio_pika import exceptions
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.connection import make_url

from items_events.brokers.broker_url import BrokerUrl
from items_events.brokers.unavailable import RESPONSE_TIMEOUT, BrokerUnavailable, why

CLOSE_TIMEOUT: Final = 2.0
"""Seconds that a broker has to say good-bye."""

CLIENT_ERRORS: Final = (
    exceptions.AMQPError,
    ConnectionError,
    OSError,
    TimeoutError,
    RuntimeError,
    StopAsyncIteration,  # aiormq (7.2), of a broker that dies while it says hello
)
"""What the client raises when the connection, or the channel, is of no use any more."""


async def open_connection(url: BrokerUrl) -> AbstractConnection:
    """A connection that is not restored by itself: whoever uses it knows what to repeat."""
    connection = _connection(url)
    try:
        async with asyncio.timeout(RESPONSE_TIMEOUT):
            await connection.connect()
    except CLIENT_ERRORS as error:
        if "Connection.OpenOk" in str(error):  # all that the client makes of it
            place = repr(virtual_host(url))
            raise BrokerUnavailable(f"RabbitMQ: {place} is no virtual host of this user") from error
        raise BrokerUnavailable(f"RabbitMQ cannot be reached: {why(error)}") from error
    finally:
        if connection.transport is None:
            await connection.close()  # or the garbage collector tries to, in any thread
    return connection


def _connection(url: BrokerUrl) -> aio_pika.Connection:
    """A connection that is not opened yet."""
    place = make_url(
        host=url.host,
        port=url.port,
        login=url.user or "guest",
        password=url.password or "guest",
        virtualhost=virtual_host(url),
        ssl=url.is_secure,
    )
    return aio_pika.Connection(
        place,
        ssl_context=url.tls_context(),
        client_properties={"connection_name": "item-service"},
    )


async def open_channel(connection: AbstractConnection) -> AbstractChannel:
    """A channel with publisher confirms."""
    try:
        async with asyncio.timeout(RESPONSE_TIMEOUT):
            return await connection.channel(publisher_confirms=True, on_return_raises=True)
    except CLIENT_ERRORS as error:
        raise BrokerUnavailable(f"RabbitMQ opens no channel: {why(error)}") from error


async def close_connection(connection: AbstractConnection) -> None:
    """Close *connection*, also if the broker does not answer any more."""
    with suppress(*CLIENT_ERRORS):
        async with asyncio.timeout(CLOSE_TIMEOUT):
            await connection.close()
    await connection.close()  # one that was given up counts as closed, too


def virtual_host(url: BrokerUrl) -> str:
    """The virtual host that the path of *url* names; `/` by default."""
    return unquote(url.path.removeprefix("/")) or "/"
