"""What every sink does, whatever its broker."""

import pytest

from items_events.broker_clients import open_publisher
from items_events.brokers.broker_url import BrokerUrl, publisher_url
from items_events.brokers.unavailable import BrokerUnavailable
from tests.items_events.broker import Broker
from tests.items_events.sample_events import STORE, events


def url(broker: Broker, **options: str) -> BrokerUrl:
    return publisher_url(broker.url(**options))


async def test_events_arrive_in_order_with_all_their_attributes(broker: Broker) -> None:
    published = events(range(1, 101))
    async with open_publisher(url(broker)) as publisher:
        assert list(await publisher.publish(published)) == []
    seen = await broker.messages()
    assert [message.attributes for message in seen] == [event.attributes for event in published]
    assert [message.data for message in seen] == [event.data for event in published]


async def test_a_duplicate_is_known_by_its_id(broker: Broker) -> None:
    async with open_publisher(url(broker)) as publisher:
        await publisher.publish(events(range(1, 6)))
        assert list(await publisher.publish(events(range(3, 9)))) == []
    first: dict[str, None] = dict.fromkeys(seen.id for seen in await broker.messages())
    assert list(first) == [f"{STORE}/{revision}/0" for revision in range(1, 9)]


async def test_declaring_twice_is_harmless(broker: Broker) -> None:
    async with open_publisher(url(broker)) as publisher:
        await publisher.publish(events([1]))
        await publisher.declare()
    assert len(await broker.messages()) == 1


async def test_a_broker_that_is_not_there_is_unavailable(broker: Broker) -> None:
    await broker.stop()
    with pytest.raises(BrokerUnavailable):
        async with open_publisher(url(broker)):
            pass
    await broker.start()


async def test_a_connection_that_is_cut_in_a_batch_makes_the_sink_unavailable(
    broker: Broker,
) -> None:
    async with open_publisher(url(broker)) as publisher:
        broker.proxy.cut_after(20_000)
        with pytest.raises(BrokerUnavailable):
            await publisher.publish(events(range(1, 401)))
    places = [seen.place for seen in await broker.messages()]
    assert places == [(revision, 0) for revision in range(1, len(places) + 1)]
    assert len(places) < 400
