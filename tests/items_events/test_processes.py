"""The relay as a process of its own, killed at the worst moment, and told to stop."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from items_client import ItemsClient
from items_events.settings import Settings
from tests.items_events.broker import Broker
from tests.items_events.proxy import Proxy, proxying
from tests.items_events.relaying import Sinks, caught_up, eventually, write

LEASE = "1"


@pytest.fixture
async def way(service: str) -> AsyncIterator[Proxy]:
    """What lies between a relay and the service."""
    host, port = service.rsplit(":", 1)
    async with proxying((host, int(port))) as proxy:
        yield proxy


@asynccontextmanager
async def relay_process(upstream: str, *urls: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m items_events`, killed with the block."""
    ours = {"ITEMS_EVENTS": " ".join(urls), "ITEMS_EVENTS_LEASE": LEASE}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "items_events", "--upstream", upstream),
        env=os.environ | ours,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_a_relay_killed_between_publish_and_cursor_loses_nothing(
    broker: Broker, items: ItemsClient, service: str, way: Proxy
) -> None:
    url = broker.url()
    async with relay_process(f"127.0.0.1:{way.port}", url) as process:
        await write(items, range(20))
        await caught_up(items, url)
        way.hold_upwards()  # it hears of changes, and its reports are stuck
        await write(items, range(20, 40))
        await eventually(lambda: has(broker, 40))
        process.kill()
        await process.wait()
    assert (await Sinks(items).of(url)).revision == 20
    async with relay_process(service, url):
        await write(items, range(40, 50))
        await caught_up(items, url)
    seen = await broker.messages()
    ids: dict[str, None] = dict.fromkeys(message.id for message in seen)
    assert [int(known.split("/")[1]) for known in ids] == list(range(1, 51))
    if broker.name != "rabbitmq":
        assert len(seen) == 50, "the broker did not recognise the duplicates"


async def has(broker: Broker, count: int) -> bool:
    return len(await broker.messages()) >= count


async def test_sigterm_gives_the_lease_up(broker: Broker, items: ItemsClient, service: str) -> None:
    url = broker.url()
    async with relay_process(service, url) as process:
        await write(items, range(20))
        await caught_up(items, url)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 5) == 0
    sink = await Sinks(items).of(url)
    assert (sink.holder, sink.revision) == ("", 20)


async def test_a_frozen_broker_does_not_keep_a_relay_from_ending(
    broker: Broker, items: ItemsClient, service: str
) -> None:
    url = broker.url()
    async with relay_process(service, url) as process:
        await write(items, range(20))
        await caught_up(items, url)
        broker.freeze()
        await write(items, range(20, 40))
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
        took = time.monotonic() - began
        broker.thaw()
    assert took < 4
    assert not (await Sinks(items).of(url)).holder


async def test_a_relay_that_slept_does_not_publish_beside_the_one_that_took_over(
    broker: Broker, items: ItemsClient, service: str
) -> None:
    url = broker.url()
    async with relay_process(service, url) as sleeper:
        await write(items, range(20))
        await caught_up(items, url)
        epoch = (await Sinks(items).of(url)).epoch
        sleeper.send_signal(signal.SIGSTOP)
        await write(items, range(20, 40))
        async with relay_process(service, url):
            await caught_up(items, url)
            sleeper.send_signal(signal.SIGCONT)
            await write(items, range(40, 60))
            await caught_up(items, url)
            assert (await Sinks(items).of(url)).epoch > epoch
    ids = dict.fromkeys(message.id for message in await broker.messages())
    assert [int(known.split("/")[1]) for known in ids] == list(range(1, 61))


@pytest.mark.parametrize(
    "given", ["redis://h nats://h", "redis://h,nats://h", " redis://h\tnats://h "]
)
def test_sinks_are_separated_by_spaces_or_by_flags(given: str) -> None:
    assert Settings(events=given).events == ("redis://h", "nats://h")
