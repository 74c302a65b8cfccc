"""RabbitMQ: a durable topic exchange, with a confirmation of each message.

The binding follows CloudEvents' for AMQP in binary mode: attributes are headers that
begin with ``cloudEvents:``, the data is the body.

A message that no queue takes comes back, because it is mandatory, and counts as refused
for good: the relay parks it. The queue that `declare` makes takes everything.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final
from urllib.parse import unquote

import aio_pika
from aio_pika import exceptions
from aio_pika.abc import AbstractChannel, AbstractConnection

from items_events.broker_url import BrokerUrl
from items_events.cloud_events import CloudEvent
from items_events.sinks.confirms import settle
from items_events.sinks.routing import routing_key
from items_events.sinks.sink import PATIENCE, BrokerUnavailable, Refused
from items_events.tls import tls_context

HEADER: Final = "cloudEvents:"
CLOSING: Final = 2.0
"""Seconds that a broker has to say good-bye."""

BROKEN: Final = (exceptions.AMQPError, ConnectionError, OSError, TimeoutError, RuntimeError)
"""What the client raises when the connection, or the channel, is of no use any more."""


@asynccontextmanager
async def connect(url: BrokerUrl) -> AsyncIterator["RabbitMQSink"]:
    """The sink at *url*. Raises BrokerUnavailable."""
    connection = await open_connection(url)
    try:
        channel = await open_channel(connection)
        yield RabbitMQSink(channel, url)
    finally:
        await close_connection(connection)


async def open_connection(url: BrokerUrl) -> AbstractConnection:
    """A connection that is not restored by itself: whoever uses it knows what to repeat."""
    context = tls_context(url)
    try:
        async with asyncio.timeout(PATIENCE):
            return await aio_pika.connect(
                host=url.host,
                port=url.port,
                login=url.user or "guest",
                password=url.password or "guest",
                virtualhost=virtual_host(url),
                ssl=url.is_secure,
                ssl_context=context,
                client_properties={"connection_name": "item-service"},
            )
    except BROKEN as error:
        raise BrokerUnavailable(f"RabbitMQ cannot be reached: {why(error)}") from error


async def open_channel(connection: AbstractConnection) -> AbstractChannel:
    """A channel with publisher confirms."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await connection.channel(publisher_confirms=True, on_return_raises=True)
    except BROKEN as error:
        raise BrokerUnavailable(f"RabbitMQ opens no channel: {why(error)}") from error


async def close_connection(connection: AbstractConnection) -> None:
    """Close *connection*, also if the broker does not answer any more."""
    with suppress(*BROKEN):
        async with asyncio.timeout(CLOSING):
            await connection.close()


def virtual_host(url: BrokerUrl) -> str:
    """The virtual host that the path of *url* names; `/` by default."""
    return unquote(url.path.removeprefix("/")) or "/"


def why(error: BaseException) -> str:
    """What *error* says, for people."""
    return str(error) or type(error).__name__


class RabbitMQSink:
    """A topic exchange, over one channel."""

    def __init__(self, channel: AbstractChannel, url: BrokerUrl) -> None:
        self._channel = channel
        self._url = url
        self._exchange = url.options["exchange"]

    async def declare(self) -> None:
        """Make the exchange, and a quorum queue that takes all of it."""
        queue_name = self._url.options.get("queue", self._exchange)
        try:
            async with asyncio.timeout(PATIENCE):
                exchange = await self._channel.declare_exchange(
                    self._exchange, aio_pika.ExchangeType.TOPIC, durable=True
                )
                queue = await self._channel.declare_queue(
                    queue_name, durable=True, arguments={"x-queue-type": "quorum"}
                )
                await queue.bind(exchange, routing_key="#")
        except BROKEN as error:
            raise BrokerUnavailable(f"RabbitMQ declares nothing: {why(error)}") from error

    async def publish(self, events: Sequence[CloudEvent]) -> Sequence[Refused]:
        """Publish *events*, with all confirmations in flight."""
        try:
            async with asyncio.timeout(PATIENCE):
                exchange = await self._channel.get_exchange(self._exchange, ensure=False)
        except BROKEN as error:
            raise BrokerUnavailable(f"RabbitMQ does not answer: {why(error)}") from error
        tasks = [
            asyncio.create_task(
                exchange.publish(_message(event), routing_key(event, self._url.options))
            )
            for event in events
        ]
        outcomes = await settle(tasks)
        found = (_refusal(*pair) for pair in zip(events, outcomes, strict=True))
        return [refused for refused in found if refused]


def _message(event: CloudEvent) -> aio_pika.Message:
    attributes = event.attributes.items()
    return aio_pika.Message(
        event.data,
        headers={f"{HEADER}{key}": value for key, value in attributes if key != "datacontenttype"},
        content_type=event.content_type,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=event.id,
        type=event.type,
        timestamp=datetime.fromisoformat(event.attributes["time"]),
    )


def _refusal(event: CloudEvent, outcome: object) -> Refused | None:
    """Why the message came back; None if the broker has it. Raises BrokerUnavailable."""
    match outcome:
        case exceptions.PublishError():
            return Refused(event, "no queue of the exchange takes this routing key")
        case exceptions.DeliveryError():
            raise BrokerUnavailable("RabbitMQ took a message, but could not keep it (nack)")
        case exceptions.ChannelNotFoundEntity():
            raise BrokerUnavailable(f"{why(outcome)}: `items events declare` makes the exchange")
        case BaseException():
            raise BrokerUnavailable(f"RabbitMQ was lost: {why(outcome)}") from outcome
        case _:
            return None
