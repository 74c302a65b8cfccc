"""RabbitMQ: a durable topic exchange, with publisher confirms.

The binding is that of CloudEvents for AMQP in binary mode: attributes are headers with
the prefix ``cloudEvents:``, the data is the body.

Messages are mandatory: the broker returns one that no queue takes. Such an event is
rejected permanently, as is one that exceeds the broker's size limit; the relay parks it.
The queue that `declare` creates takes every other event.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final, cast

import aio_pika
from aio_pika import exceptions
from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq import Channel as UnderlayChannel

from items_events.brokers.amqp import CLIENT_ERRORS, close_connection, open_channel, open_connection
from items_events.brokers.broker_url import BrokerUrl
from items_events.brokers.unavailable import RESPONSE_TIMEOUT, BrokerUnavailable, why
from items_events.cloud_events import CloudEvent
from items_events.publishers.confirms import settle
from items_events.publishers.publisher import Refused
from items_events.publishers.routing import routing_key

HEADER: Final = "cloudEvents:"

_TOO_LARGE: Final = re.compile(r"message size \d+ is larger than configured max size (\d+)")

QUEUE_DURABLE_AFTER: Final = 2.0
"""Seconds after which a new quorum queue survives a crash, twice what RabbitMQ 3.10 needed.

If killed earlier, RabbitMQ loses the queue and every message that it had confirmed.
"""


@asynccontextmanager
async def connect(url: BrokerUrl) -> AsyncIterator["RabbitMQPublisher"]:
    """Open the publisher at *url* for the block. Raises BrokerUnavailable."""
    connection = await open_connection(url)
    try:
        yield RabbitMQPublisher(connection, await open_channel(connection), url)
    finally:
        await close_connection(connection)


class RabbitMQPublisher:
    """A publisher to a topic exchange, over one channel at a time."""

    def __init__(
        self, connection: AbstractConnection, channel: AbstractChannel, url: BrokerUrl
    ) -> None:
        self._connection = connection
        self._channel = channel
        self._largest = sys.maxsize
        self._url = url
        self._exchange = url.options["exchange"]

    async def declare(self) -> float:
        """Create the exchange, and a quorum queue that takes every event."""
        queue_name = self._url.options.get("queue", self._exchange)
        try:
            async with asyncio.timeout(RESPONSE_TIMEOUT):
                exchange = await self._channel.declare_exchange(
                    self._exchange, aio_pika.ExchangeType.TOPIC, durable=True
                )
                queue = await self._channel.declare_queue(
                    queue_name, durable=True, arguments={"x-queue-type": "quorum"}
                )
                await queue.bind(exchange, routing_key="#")
        except CLIENT_ERRORS as error:
            raise BrokerUnavailable(
                f"RabbitMQ: cannot declare {queue_name}: {why(error)}"
            ) from error
        return QUEUE_DURABLE_AFTER

    async def publish(self, events: Sequence[CloudEvent]) -> Sequence[Refused]:
        """Publish *events*, then wait for all confirmations.

        RabbitMQ closes the channel at the first event that is too large; the others are
        then published again, over a new channel.
        """
        fitting = list(filter(self._fits, events))
        results = await self._results(fitting)
        limit = min(map(_limit, results), default=sys.maxsize)
        if limit < self._largest:
            self._largest = limit
            self._channel = await open_channel(self._connection)
            return await self.publish(events)
        why_not = f"the message is larger than max_message_size, {self._largest} bytes"
        too_large = (Refused(event, why_not) for event in events if not self._fits(event))
        found = (_refusal(*pair) for pair in zip(fitting, results, strict=True))
        return [*too_large, *(refused for refused in found if refused)]

    def _fits(self, event: CloudEvent) -> bool:
        return len(event.data) <= self._largest

    async def _results(self, events: Sequence[CloudEvent]) -> list[object]:
        """Publish *events*, and return for each None if the broker has it, or an exception."""
        try:
            async with asyncio.timeout(RESPONSE_TIMEOUT):
                channel = cast("UnderlayChannel", await self._channel.get_underlay_channel())
        except CLIENT_ERRORS as error:
            raise BrokerUnavailable(f"RabbitMQ does not answer: {why(error)}") from error
        return list(
            await settle([asyncio.create_task(self._confirmed(channel, event)) for event in events])
        )

    async def _confirmed(self, channel: UnderlayChannel, event: CloudEvent) -> None:
        """Publish *event*, and wait for its confirmation."""
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


def _limit(result: object) -> int:
    """Return the size limit in bytes, if *result* says that a message exceeded it."""
    told = _TOO_LARGE.search(str(result)) if isinstance(result, exceptions.AMQPError) else None
    return int(told[1]) if told else sys.maxsize


def _refusal(event: CloudEvent, result: object) -> Refused | None:
    """Return the rejection in *result*; None if the broker has the event.

    Raises:
        BrokerUnavailable: the broker did not store the event, or the connection was lost.
    """
    match result:
        case exceptions.PublishError():
            return Refused(event, "no queue of the exchange is bound to this routing key")
        case exceptions.DeliveryError():
            raise BrokerUnavailable("RabbitMQ could not store a message (nack)")
        case exceptions.ChannelNotFoundEntity():
            raise BrokerUnavailable(
                f"{why(result)}: create the exchange with `items events declare`"
            )
        case BaseException():
            raise BrokerUnavailable(
                f"the connection to RabbitMQ was lost: {why(result)}"
            ) from result
        case _:
            return None
