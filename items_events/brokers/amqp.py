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
"""Seconds to wait for the broker to confirm a close."""

CLIENT_ERRORS: Final = (
    exceptions.AMQPError,
    ConnectionError,
    OSError,
    TimeoutError,
    RuntimeError,
    StopAsyncIteration,  # aiormq 7.2, when the broker dies during the handshake
)
"""The errors of the client library after which the connection or channel is unusable."""


async def open_connection(url: BrokerUrl) -> AbstractConnection:
    """Open a connection that does not reconnect: only its user knows what to repeat.

    Raises:
        BrokerUnavailable: the broker does not answer, or refuses the user.
    """
    connection = _connection(url)
    try:
        async with asyncio.timeout(RESPONSE_TIMEOUT):
            await connection.connect()
    except CLIENT_ERRORS as error:
        if "Connection.OpenOk" in str(error):  # aio-pika says nothing else
            place = repr(virtual_host(url))
            raise BrokerUnavailable(
                f"RabbitMQ: the user has no access to the virtual host {place}"
            ) from error
        raise BrokerUnavailable(f"RabbitMQ cannot be reached: {why(error)}") from error
    finally:
        if connection.transport is None:
            await connection.close()  # otherwise the garbage collector would, on any thread
    return connection


def _connection(url: BrokerUrl) -> aio_pika.Connection:
    """Return a connection that is not open yet."""
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
    """Open a channel with publisher confirms. Raises BrokerUnavailable."""
    try:
        async with asyncio.timeout(RESPONSE_TIMEOUT):
            return await connection.channel(publisher_confirms=True, on_return_raises=True)
    except CLIENT_ERRORS as error:
        raise BrokerUnavailable(f"RabbitMQ: cannot open a channel: {why(error)}") from error


async def close_connection(connection: AbstractConnection) -> None:
    """Close *connection*, even if the broker no longer answers."""
    with suppress(*CLIENT_ERRORS):
        async with asyncio.timeout(CLOSE_TIMEOUT):
            await connection.close()
    await connection.close()  # marks it as closed after a timeout, too


def virtual_host(url: BrokerUrl) -> str:
    """Return the virtual host in the path of *url*; `/` by default."""
    return unquote(url.path.removeprefix("/")) or "/"
