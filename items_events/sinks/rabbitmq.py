"""RabbitMQ: a durable topic exchange, with a confirmation of each message.

The binding follows CloudEvents' for AMQP in binary mode: attributes are headers that
begin with ``cloudEvents:``, the data is the body.

A message that no queue takes comes back, because it is mandatory, and counts as refused
for good: the relay parks it. The queue that `declare` makes takes everything.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final, cast

import aio_pika
from aio_pika import exceptions
from aio_pika.abc import AbstractChannel
from aiormq import Channel as UnderlayChannel

from items_events.amqp import BROKEN, close_connection, open_channel, open_connection
from items_events.broker_url import BrokerUrl
from items_events.cloud_events import CloudEvent
from items_events.sinks.confirms import settle
from items_events.sinks.routing import routing_key
from items_events.sinks.sink import Refused
from items_events.unavailable import PATIENCE, BrokerUnavailable, why

HEADER: Final = "cloudEvents:"


@asynccontextmanager
async def connect(url: BrokerUrl) -> AsyncIterator["RabbitMQSink"]:
    """The sink at *url*. Raises BrokerUnavailable."""
    connection = await open_connection(url)
    try:
        channel = await open_channel(connection)
        yield RabbitMQSink(channel, url)
    finally:
        await close_connection(connection)


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
                channel = cast("UnderlayChannel", await self._channel.get_underlay_channel())
        except BROKEN as error:
            raise BrokerUnavailable(f"RabbitMQ does not answer: {why(error)}") from error
        outcomes = await settle(
            [asyncio.create_task(self._confirmed(channel, event)) for event in events]
        )
        found = (_refusal(*pair) for pair in zip(events, outcomes, strict=True))
        return [refused for refused in found if refused]

    async def _confirmed(self, channel: UnderlayChannel, event: CloudEvent) -> None:
        """Publish *event*, and wait for its confirmation; others need not wait for it."""
        message = _message(event)
        await channel.basic_publish(
            message.body,
            exchange=self._exchange,
            routing_key=routing_key(event, self._url.options),
            properties=message.properties,
            mandatory=True,
            wait=False,
        )


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
