"""RabbitMQ as the suite sees it."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika

from tests.items_events.broker import Broker, Seen
from tests.items_events.proxy import Proxy, proxying
from tests.items_events.rabbit_node import LARGEST, RabbitNode, rabbit_node
from tests.items_events.relaying import eventually
from tests.needs import RABBITMQ

DEFAULT_LARGEST = 134_217_728
"""Bytes of a message that RabbitMQ takes if nobody tells it otherwise."""

MOST_TAKEN = 10_000
"""Messages that are taken at once."""


class RabbitMQ(Broker):
    """A node of the tests' own; or the one of this machine, which can only be cut off."""

    name = "rabbitmq"

    def __init__(self, proxy: Proxy, node: RabbitNode | None) -> None:
        super().__init__(proxy)
        self._node = node
        self.place = f"items-test-{uuid4().hex[:12]}"
        self.queues = [self.place]
        self._read: list[Seen] = []

    def url(self, **options: str) -> str:
        query = "".join(f"&{key}={value}" for key, value in options.items())
        return f"amqp://guest:guest@127.0.0.1:{self.proxy.port}/?exchange={self.place}{query}"

    async def messages(self) -> Sequence[Seen]:
        async with self.channel() as channel:
            while count := await self._count(channel):
                await self._take(channel, min(count, MOST_TAKEN))
        return self._read

    async def _count(self, channel: Any) -> int:
        queue = await channel.declare_queue(self.place, passive=True)
        return int(queue.declaration_result.message_count)

    async def _take(self, channel: Any, count: int) -> None:
        """Take *count* messages, and never hold another: it would come back out of order."""
        await channel.set_qos(prefetch_count=count)
        queue = await channel.get_queue(self.place, ensure=False)
        async with queue.iterator() as deliveries:
            taken = [await anext(deliveries) for _ in range(count)]
        await taken[-1].ack(multiple=True)
        self._read += map(_seen_delivery, taken)

    async def stop(self) -> None:
        if self._node is None:
            await super().stop()
            return
        await eventually(self._keeps_all)
        await asyncio.to_thread(self._node.kill)
        await self.proxy.cut()

    async def start(self) -> None:
        if self._node is None:
            await super().start()
        else:
            await asyncio.to_thread(self._node.start)

    def freeze(self) -> None:
        if self._node is None:
            super().freeze()
        else:
            self._node.tell(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._node is None:
            super().thaw()
        else:
            self._node.tell(signal.SIGCONT)

    async def _keeps_all(self) -> bool:
        assert self._node is not None
        return all(map(self._node.keeps, self.queues))

    async def forget(self) -> None:
        async with self.channel() as channel:
            queue = await channel.declare_queue(self.place, passive=True)
            await queue.purge()
        self._read.clear()

    async def refuse(self, revision: int) -> None:  # noqa: ARG002  # only Redis tells by it
        async with self.channel() as channel:
            queue = await channel.declare_queue(self.place, passive=True)
            await queue.bind(self.place, "items.v1.item.*.kept")
            await queue.unbind(self.place, "#")

    async def delete(self) -> None:
        """Leave nothing on the broker that all tests share."""
        async with self.channel() as channel:
            await channel.queue_delete(self.place)
            await channel.exchange_delete(self.place)

    @property
    def largest(self) -> int:
        """Bytes of a message that it takes."""
        return DEFAULT_LARGEST if self._node is None else LARGEST

    @property
    def address(self) -> tuple[str, int]:
        """Its own one, and not that of the proxy."""
        return _address(self._node)

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[Any]:
        host, port = self.address
        connection = await aio_pika.connect(host=host, port=port)
        async with connection:
            yield await connection.channel()


def _address(node: RabbitNode | None) -> tuple[str, int]:
    return RABBITMQ if node is None else ("127.0.0.1", node.port)


def _seen_delivery(message: aio_pika.abc.AbstractIncomingMessage) -> Seen:
    attributes = {
        key.removeprefix("cloudEvents:"): str(value)
        for key, value in message.headers.items()
        if key.startswith("cloudEvents:")
    }
    assert message.message_id == attributes["id"]
    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    return Seen(
        {**attributes, "datacontenttype": message.content_type or ""},
        message.body,
        {key: str(value) for key, value in message.headers.items()},
        message.routing_key or "",
    )


@asynccontextmanager
async def running_rabbitmq(_: Path) -> AsyncIterator[RabbitMQ]:
    """A place of its own on the RabbitMQ that all tests share, killed or not."""
    node = await asyncio.to_thread(rabbit_node)
    async with proxying(_address(node)) as proxy:
        broker = RabbitMQ(proxy, node)
        try:
            yield broker
        finally:
            await broker.delete()
