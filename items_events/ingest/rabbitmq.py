"""Writes from a quorum queue of RabbitMQ, and dead letters in another one."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final

import aio_pika
from aio_pika import exceptions
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractQueueIterator
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from items_events.brokers.amqp import CLIENT_ERRORS, close_connection, open_channel, open_connection
from items_events.brokers.broker_url import BrokerUrl
from items_events.brokers.unavailable import BrokerUnavailable, why
from items_events.ingest.problems import as_json
from items_events.ingest.source import Delivery

PREFETCH: Final = 50

DELIVERY_LIMIT: Final = 1_000_000
"""Deliveries after which RabbitMQ itself makes a dead letter of a message.

Effectively unlimited, since the ingest decides which messages cannot be applied. The
default of RabbitMQ 4 is 20, and it counts each delivery whose consumer has disconnected:
after twenty crashes, messages that were merely prefetched would be dead letters. RabbitMQ 3
does not accept a negative number, which means "unlimited" in RabbitMQ 4.
"""

PROBLEM: Final = "problem"
"""The header of a dead letter that holds its problem, as JSON."""


@asynccontextmanager
async def connect(url: BrokerUrl) -> AsyncIterator["RabbitMQSource"]:
    """Open the source at *url* for the block; create missing queues. Raises BrokerUnavailable."""
    connection = await open_connection(url)
    try:
        queue, dead = url.options["queue"], dead_letters(url)
        await _ensure_queue(connection, dead, {})
        await _ensure_queue(
            connection,
            queue,
            {
                "x-dead-letter-exchange": "",
                "x-dead-letter-routing-key": dead,
                "x-delivery-limit": DELIVERY_LIMIT,
            },
        )
        channel = await open_channel(connection)
        with _lenient_properties():
            messages = await _consume(channel, queue)
            yield RabbitMQSource(channel, messages, dead)
    finally:
        await close_connection(connection)


def dead_letters(url: BrokerUrl) -> str:
    """Return the name of the queue of dead letters."""
    return url.options.get("dead", f"{url.options['queue']}.dead")


async def _ensure_queue(
    connection: AbstractConnection, name: str, arguments: Mapping[str, Any]
) -> None:
    """Create the queue, unless it exists: then its owner has chosen its type."""
    try:
        channel = await open_channel(connection)
        with suppress(exceptions.ChannelNotFoundEntity):
            await channel.declare_queue(name, passive=True)
            await channel.close()
            return
        channel = await open_channel(connection)
        await channel.declare_queue(
            name, durable=True, arguments={"x-queue-type": "quorum", **arguments}
        )
        await channel.close()
    except CLIENT_ERRORS as error:
        raise BrokerUnavailable(
            f"RabbitMQ: cannot declare the queue {name}: {why(error)}"
        ) from error


async def _consume(channel: AbstractChannel, name: str) -> AbstractQueueIterator:
    """Consume the queue. Unacknowledged messages return to it when the connection ends."""
    try:
        await channel.set_qos(prefetch_count=PREFETCH)
        queue = await channel.get_queue(name, ensure=False)
        messages = queue.iterator()
        await messages.consume()
    except CLIENT_ERRORS as error:
        raise BrokerUnavailable(
            f"RabbitMQ: cannot consume the queue {name}: {why(error)}"
        ) from error
    return messages


@contextmanager
def _lenient_properties() -> Iterator[None]:
    """Within the block, keep only the message properties that the ingest reads.

    RabbitMQ passes on the properties that a publisher wrote, unchecked: text that is not
    UTF-8, a time outside every calendar. The client library drops the connection on such a
    message, and again after each reconnection, because the message is delivered first.
    Properties that cannot be decoded become empty. All connections of the process are
    affected, because the library has no hook for this.
    """
    strict = ContentHeader.unmarshal

    def unmarshal(header: ContentHeader, data: bytes) -> None:
        try:
            strict(header, data)
            read = header.properties
            kept = Basic.Properties(message_id=read.message_id, content_type=read.content_type)
        except Exception:  # noqa: BLE001  # any error of the decoder
            kept = Basic.Properties()
        header.properties = kept

    ContentHeader.unmarshal = unmarshal  # type: ignore[assignment,method-assign]  # no hook
    try:
        yield
    finally:
        ContentHeader.unmarshal = strict  # type: ignore[method-assign]  # as it was


class RabbitMQSource:
    """A source that consumes a queue over one channel."""

    def __init__(
        self, channel: AbstractChannel, messages: AbstractQueueIterator, dead: str
    ) -> None:
        self._channel = channel
        self._messages = messages
        self._dead = dead

    async def next(self) -> Delivery:
        """Wait for the next message, and return it."""
        try:
            message = await anext(self._messages)
        except StopAsyncIteration:
            raise BrokerUnavailable(
                "RabbitMQ: the queue was deleted or the connection lost"
            ) from None
        except CLIENT_ERRORS as error:
            raise BrokerUnavailable(f"RabbitMQ: {why(error)}") from error
        return Delivery(message.message_id or "", message.body, message)

    async def acknowledge(self, delivery: Delivery) -> None:
        """See Source."""
        try:
            await delivery.receipt.ack()
        except CLIENT_ERRORS as error:
            raise BrokerUnavailable(f"RabbitMQ: {why(error)}") from error

    async def move_to_dead_letters(self, delivery: Delivery, problem: Mapping[str, Any]) -> None:
        """Publish the message to the queue of dead letters and, once confirmed, acknowledge it."""
        message = aio_pika.Message(
            delivery.body,
            headers={PROBLEM: as_json(problem)},
            content_type=delivery.receipt.content_type,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=delivery.id or None,
        )
        try:
            await self._channel.default_exchange.publish(message, self._dead)
        except CLIENT_ERRORS as error:
            raise BrokerUnavailable(
                f"RabbitMQ: cannot publish a dead letter: {why(error)}"
            ) from error
        await self.acknowledge(delivery)
