"""What the relay guarantees, with each of the brokers."""

import asyncio
import time
from statistics import median

import pytest

from items_client import ItemsClient, writes
from items_events.brokers.unavailable import RESPONSE_TIMEOUT
from tests.dialects import DIALECTS
from tests.items_events.broker import Broker
from tests.items_events.brokers import LARGE, free_port
from tests.items_events.relaying import Sinks, caught_up, eventually, relaying, write


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """The database that cursors and leases are kept in."""
    return str(request.param)


def places(revisions: range) -> list[tuple[int, int]]:
    return [(revision, 0) for revision in revisions]


async def first_appearances(broker: Broker) -> list[tuple[int, int]]:
    """The places of the changes that the broker has, each once, in the order they came."""
    return list(dict.fromkeys(seen.place for seen in await broker.messages()))


async def test_every_change_arrives_in_order(broker: Broker, items: ItemsClient) -> None:
    url = broker.url()
    async with relaying(items, url):
        await write(items, range(300))
        await items.update("item-7", name="Seven")
        await items.delete("item-7")
        await items.undelete("item-7")
        await caught_up(items, url)
    seen = await broker.messages()
    assert [message.place for message in seen] == places(range(1, 304))
    assert [message.attributes["type"].rsplit(".", 1)[1] for message in seen[-4:]] == [
        "created",
        "updated",
        "deleted",
        "undeleted",
    ]


async def test_a_sink_begins_with_what_is_kept(broker: Broker, items: ItemsClient) -> None:
    await write(items, range(10))
    async with relaying(items, broker.url()):
        await caught_up(items, broker.url())
    assert await first_appearances(broker) == places(range(1, 11))


async def test_the_changes_of_a_batch_arrive_together_in_their_order(
    broker: Broker, items: ItemsClient
) -> None:
    batch = [writes.create(id=f"item-{number}", name="Item") for number in range(700)]
    await items.batch_write(batch)
    async with relaying(items, broker.url()):
        await caught_up(items, broker.url())
    assert await first_appearances(broker) == [(1, ordinal) for ordinal in range(700)]


async def test_a_broker_that_restarts_misses_nothing(broker: Broker, items: ItemsClient) -> None:
    url = broker.url()
    async with relaying(items, url):
        await write(items, range(100))
        await caught_up(items, url)
        await broker.stop()
        await write(items, range(100, 200))
        await eventually(lambda: says_why(items, url))
        await broker.start()
        await write(items, range(200, 300))
        await caught_up(items, url)
        assert not (await Sinks(items).of(url)).last_error
    assert await first_appearances(broker) == places(range(1, 301))


async def says_why(items: ItemsClient, url: str) -> bool:
    return bool((await Sinks(items).of(url)).last_error)


async def test_connections_that_break_in_mid_batch_lose_nothing(
    broker: Broker, items: ItemsClient
) -> None:
    url = broker.url()
    await write(items, range(1000))
    async with relaying(items, url):
        for _ in range(5):
            broker.proxy.cut_after(30_000)
            await asyncio.sleep(0.05)
        await caught_up(items, url)
    assert await first_appearances(broker) == places(range(1, 1001))


async def test_a_broker_that_freezes_delays_no_write(broker: Broker, items: ItemsClient) -> None:
    url = broker.url()
    async with relaying(items, url):
        await write(items, range(10))
        await caught_up(items, url)
        broker.freeze()
        took: list[float] = []
        for number in range(10, 60):
            began = time.monotonic()
            await write(items, [number])
            took.append(time.monotonic() - began)
        broker.thaw()
        await caught_up(items, url)
    assert median(took) < 0.25
    assert max(took) < RESPONSE_TIMEOUT / 2, "a write waited until the broker was given up"
    assert await first_appearances(broker) == places(range(1, 61))


async def test_a_sink_can_be_replayed_after_the_broker_lost_everything(
    broker: Broker, items: ItemsClient
) -> None:
    url = broker.url()
    async with relaying(items, url):
        await write(items, range(50))
        await caught_up(items, url)
        await broker.forget()
        await Sinks(items).replay(url, 0)
        await caught_up(items, url)
    assert await first_appearances(broker) == places(range(1, 51))


async def test_only_one_relay_publishes_however_many_run(
    broker: Broker, items: ItemsClient
) -> None:
    url = broker.url()
    async with relaying(items, url, url, url):
        await write(items, range(200))
        await caught_up(items, url)
    assert [seen.place for seen in await broker.messages()] == places(range(1, 201))


async def test_another_relay_takes_over_when_one_stops(broker: Broker, items: ItemsClient) -> None:
    url = broker.url()
    async with relaying(items, url):
        async with relaying(items, url):
            await write(items, range(10))
            await caught_up(items, url)
        await write(items, range(10, 20))
        await caught_up(items, url)
    assert await first_appearances(broker) == places(range(1, 21))


async def test_a_sink_that_is_down_holds_up_no_other(broker: Broker, items: ItemsClient) -> None:
    down = f"redis://127.0.0.1:{free_port()}"
    async with relaying(items, down, broker.url()):
        await write(items, range(100))
        await caught_up(items, broker.url())
        await eventually(lambda: says_why(items, down))
    assert (await Sinks(items).of(down)).revision == 0
    assert await first_appearances(broker) == places(range(1, 101))


async def test_what_the_broker_refuses_is_parked_and_does_not_stop_the_sink(
    broker: Broker, items: ItemsClient
) -> None:
    url = broker.url(label="section") if broker.name == "rabbitmq" else broker.url()
    async with relaying(items, url):
        await items.create(id="before", name="Before", labels={"section": "kept"})
        await caught_up(items, url)
        await broker.refuse(2)
        await items.create(
            id="refused", name="Refused", labels={"section": "refused"}, description="x" * LARGE
        )
        await items.create(id="after", name="After", labels={"section": "kept"})
        await caught_up(items, url)
        parked = await Sinks(items).parked(url)
        sink = await Sinks(items).of(url)
    assert [(event.revision, event.ordinal) for event in parked] == [(2, 0)]
    assert parked[0].why
    assert sink.parked_count == 1
    assert [seen.attributes["subject"] for seen in await broker.messages()] == ["before", "after"]


async def test_a_sink_catches_up_with_many_changes(broker: Broker, items: ItemsClient) -> None:
    await fill(items, 5_000)
    async with relaying(items, broker.url()):
        await caught_up(items, broker.url())
    assert await first_appearances(broker) == places(range(1, 5_001))


@pytest.mark.campaign
@pytest.mark.timeout(600)
async def test_a_sink_catches_up_with_100_000_changes(broker: Broker, items: ItemsClient) -> None:
    await fill(items, 100_000)
    async with relaying(items, broker.url()):
        await caught_up(items, broker.url())
    assert await first_appearances(broker) == places(range(1, 100_001))


async def fill(items: ItemsClient, count: int) -> None:
    """Write *count* revisions, to a thousand items."""
    await write(items, range(1000))
    for start in range(1000, count, 1000):
        batch = [writes.replace(id=f"item-{n}", name=f"Since {start}") for n in range(1000)]
        await items.batch_write(batch, allow_partial=True)
