"""The two kinds of source as the ingest tests see them: filled, broken, and read."""

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import aio_pika

from tests.items_events.broker import Broker
from tests.items_events.brokers import Redis, running_redis
from tests.items_events.rabbitmq import RabbitMQ, running_rabbitmq

ATTEMPTS = 20


@dataclass(frozen=True)
class DeadLetter:
    """What could not be applied, and why."""

    body: bytes
    problem: Mapping[str, Any]


class Writer(ABC):
    """Somebody who sends writes to a queue or a stream."""

    name: ClassVar[str]

    @property
    @abstractmethod
    def broker(self) -> Broker:
        """Where it sends them."""

    @property
    @abstractmethod
    def url(self) -> str:
        """Of the source."""

    @abstractmethod
    async def send(self, body: bytes, message_id: str | None = None) -> None:
        """Send a message."""

    @abstractmethod
    async def dead_letters(self) -> list[DeadLetter]:
        """All of them, in order."""

    @abstractmethod
    async def waiting(self) -> int:
        """How many messages are not dealt with."""

    async def break_connections(self) -> None:
        """Cut what the ingest has open."""
        await self.broker.proxy.cut()


class RedisWriter(Writer):
    name = "redis"

    def __init__(self, broker: Redis) -> None:
        self._broker = broker

    @property
    def broker(self) -> Redis:
        return self._broker

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._broker.proxy.port}/0?stream=writes"

    async def send(self, body: bytes, message_id: str | None = None) -> None:
        own_id = {} if message_id is None else {"id": message_id}
        async with self._broker.client() as client:
            await client.xadd("writes", {"body": body, **own_id})

    async def dead_letters(self) -> list[DeadLetter]:
        async with self._broker.client() as client:
            entries = await client.xrange("writes.dead")
        return [
            DeadLetter(fields[b"body"], json.loads(fields[b"problem"])) for _, fields in entries
        ]

    async def waiting(self) -> int:
        async with self._broker.client() as client:
            group, *_ = await client.xinfo_groups("writes")
            newer = await client.xrange("writes", min=f"({group['last-delivered-id'].decode()}")
        return int(group["pending"]) + len(newer)


class RabbitMQWriter(Writer):
    name = "rabbitmq"

    def __init__(self, broker: RabbitMQ) -> None:
        self._broker = broker
        self.queue = f"{broker.place}-writes"
        broker.queues = [self.queue, f"{self.queue}.dead"]
        self._read: list[DeadLetter] = []

    @property
    def broker(self) -> RabbitMQ:
        return self._broker

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self._broker.proxy.port}/?queue={self.queue}"

    async def send(self, body: bytes, message_id: str | None = None) -> None:
        message = aio_pika.Message(body, message_id=message_id, content_type="application/json")
        async with self._broker.channel() as channel:
            for _ in range(ATTEMPTS):
                with suppress(aio_pika.exceptions.DeliveryError):  # the queue is so new
                    await channel.default_exchange.publish(message, self.queue)
                    return
        raise AssertionError("RabbitMQ takes nothing")

    async def dead_letters(self) -> list[DeadLetter]:
        async with self._broker.channel() as channel:
            queue = await channel.declare_queue(f"{self.queue}.dead", passive=True)
            while message := await queue.get(fail=False):
                problem = json.loads(str(message.headers["problem"]))
                self._read.append(DeadLetter(message.body, problem))
                await message.ack()
        return self._read

    async def waiting(self) -> int:
        """Those that are delivered, and not acknowledged, too: so the ingest has to be cut off."""
        async with self._broker.channel() as channel:
            queue = await channel.declare_queue(self.queue, passive=True)
            return int(queue.declaration_result.message_count)

    async def delete(self) -> None:
        """Leave nothing on the broker that all tests share."""
        async with self._broker.channel() as channel:
            await channel.queue_delete(self.queue)
            await channel.queue_delete(f"{self.queue}.dead")


@asynccontextmanager
async def redis_writer(folder: Path) -> AsyncIterator[RedisWriter]:
    async with running_redis(folder) as broker:
        yield RedisWriter(broker)


@asynccontextmanager
async def rabbitmq_writer(folder: Path) -> AsyncIterator[RabbitMQWriter]:
    async with running_rabbitmq(folder) as broker:
        writer = RabbitMQWriter(broker)
        try:
            yield writer
        finally:
            await writer.delete()


WRITERS = {"rabbitmq": rabbitmq_writer, "redis": redis_writer}


def creation(item_id: str, **fields: Any) -> bytes:
    """A message that creates an item."""
    item = {"id": item_id, "name": item_id.title(), **fields}
    return json.dumps({"writes": [{"create": {"item": item}}]}).encode()


def new_id() -> str:
    """A message id."""
    return str(uuid4())
