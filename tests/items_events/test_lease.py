"""The lease of a sink: who loses it stops at once."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import pytest

from items_client import ItemsClient
from items_client.errors import DeadlineExceeded
from items_events.relay.lease import Lease
from items_events.relay.registry import LeaseLost, Registry, SinkHeld
from tests.items_events.proxy import Proxy, proxying
from tests.items_events.relaying import Sinks, eventually, write

NAME = "redis://h:6379/0?stream=items"
DURATION = timedelta(seconds=1)


@pytest.fixture
async def way(service: str) -> AsyncIterator[Proxy]:
    """What lies between the relay and the service."""
    host, port = service.rsplit(":", 1)
    async with proxying((host, int(port))) as proxy:
        yield proxy


@pytest.fixture
async def registry(way: Proxy) -> AsyncIterator[Registry]:
    """That of a relay."""
    async with ItemsClient(f"127.0.0.1:{way.port}") as client:
        yield Registry(client, "one", DURATION)


async def acquired(registry: Registry) -> Lease:
    """The lease; it is so short that the first call on a connection may come too late for it."""
    while True:
        asked = time.monotonic()
        with suppress(DeadlineExceeded):
            return Lease(registry, await registry.acquire(NAME, "oldest"), asked)


async def for_ever() -> None:
    await asyncio.get_running_loop().create_future()


async def test_a_second_relay_is_told_that_the_sink_is_held(registry: Registry) -> None:
    await acquired(registry)
    with pytest.raises(SinkHeld):
        await Registry(registry.items, "two", DURATION).acquire(NAME, "oldest")


async def test_work_goes_on_for_longer_than_a_lease(registry: Registry) -> None:
    lease = await acquired(registry)
    await lease.during(asyncio.sleep(2 * DURATION.total_seconds()))
    lease.check()


async def test_a_lease_is_given_up_after_the_work(registry: Registry, items: ItemsClient) -> None:
    await write(items, range(3))
    lease = await acquired(registry)

    async def work() -> None:
        lease.confirm(2)

    await lease.during(work())
    (sink,) = (await Sinks(items).list()).sinks
    assert (sink.holder, sink.revision) == ("", 2)


async def test_who_loses_the_lease_stops(registry: Registry, items: ItemsClient) -> None:
    lease = await acquired(registry)
    working = asyncio.create_task(lease.during(for_ever()))
    await Sinks(items).replay(NAME, 0)
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(working, 2 * DURATION.total_seconds())


async def test_who_cannot_renew_stops_before_another_may_begin(
    registry: Registry, way: Proxy, items: ItemsClient
) -> None:
    lease = await acquired(registry)
    working = asyncio.create_task(lease.during(for_ever()))
    await way.refuse()
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(working, 5)
    (sink,) = (await Sinks(items).list()).sinks
    assert sink.holder == "one", "it was released, or another had to wait for nothing"


async def test_the_time_of_a_lease_is_counted_from_before_it_was_asked_for(
    registry: Registry,
) -> None:
    now = [100.0]
    sink = await registry.acquire(NAME, "oldest")
    lease = Lease(registry, sink, asked=100.0, clock=lambda: now[0])
    now[0] = 100.9
    lease.check()
    now[0] = 101.0
    with pytest.raises(LeaseLost):
        lease.check()


async def test_an_error_is_told_until_something_is_confirmed(
    registry: Registry, items: ItemsClient
) -> None:
    lease = await acquired(registry)
    working = asyncio.create_task(lease.during(for_ever()))
    lease.fail("the broker is\0 tired")
    await eventually(lambda: says(items, "the broker is tired"))
    lease.confirm(0)
    await eventually(lambda: says(items, ""))
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def says(items: ItemsClient, error: str) -> bool:
    (sink,) = (await Sinks(items).list()).sinks
    return sink.last_error == error


async def test_a_new_sink_may_begin_now_or_after_a_revision(
    registry: Registry, items: ItemsClient
) -> None:
    await write(items, range(5))
    begins = [
        (await registry.acquire(f"{start}", start)).revision for start in ("now", 3, "oldest")
    ]
    assert begins == [5, 3, 0]
