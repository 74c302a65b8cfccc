"""Relays for tests: in this process, over a real service."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from items.v1 import sinks_pb2
from items.v1.sinks_pb2_grpc import SinkServiceStub
from items_client import ItemsClient, RetryPolicy, writes
from items_events.brokers.broker_url import publisher_url
from items_events.relay.registry import Registry
from items_events.relay.relay import Policy, Relay

PATIENCE = 60.0
PAUSE = 0.02
LEASE = timedelta(seconds=2)
QUICK = RetryPolicy(first_delay=0.05, longest_delay=0.2)


@dataclass(frozen=True)
class Sinks:
    """What an operator may ask about the sinks, and do to them."""

    items: ItemsClient

    @property
    def stub(self) -> SinkServiceStub:
        return SinkServiceStub(self.items.channel)

    async def of(self, url: str) -> sinks_pb2.Sink:
        """The sink at *url*; an empty one if the service does not know it."""
        name = publisher_url(url).name
        return next((sink for sink in (await self.list()).sinks if sink.name == name), EMPTY)

    async def list(self) -> sinks_pb2.ListSinksResponse:
        return await self.items.call(self.stub.ListSinks, sinks_pb2.ListSinksRequest())

    async def replay(self, url: str, revision: int) -> None:
        name = publisher_url(url).name
        request = sinks_pb2.ReplaySinkRequest(name=name, from_revision=revision)
        await self.items.call(self.stub.ReplaySink, request)

    async def parked(self, url: str) -> Sequence[sinks_pb2.ParkedEvent]:
        request = sinks_pb2.ListParkedEventsRequest(name=publisher_url(url).name)
        return (await self.items.call(self.stub.ListParkedEvents, request)).events

    async def has_all(self, url: str) -> bool:
        """Whether the cursor has come to the newest revision."""
        known = await self.list()
        name = publisher_url(url).name
        return any(sink.name == name and sink.revision == known.revision for sink in known.sinks)


EMPTY = sinks_pb2.Sink()


@asynccontextmanager
async def relaying(
    items: ItemsClient, *urls: str, policy: Policy | None = None
) -> AsyncIterator[None]:
    """Relays to each of *urls*, within the block."""
    relays = [
        Relay(
            publisher_url(url),
            items,
            Registry(items, f"test/{uuid4()}", LEASE),
            policy or Policy(backoff=QUICK),
        )
        for url in urls
    ]
    tasks = [asyncio.create_task(relay.run()) for relay in relays]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Return when *holds* says so; it is asked again and again, for a minute at most."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if await holds():
                return
            await asyncio.sleep(PAUSE)


async def caught_up(items: ItemsClient, url: str) -> None:
    """Return when the sink at *url* has confirmed everything."""
    await eventually(lambda: Sinks(items).has_all(url))


async def write(items: ItemsClient, numbers: Iterable[int]) -> None:
    """Create an item for each of *numbers*, each under a revision of its own."""
    batch = [writes.create(id=f"item-{number}", name=f"Item {number}") for number in numbers]
    for start in range(0, len(batch), 1000):
        await items.batch_write(batch[start : start + 1000], allow_partial=True)
