"""What only RabbitMQ does."""

import gc
from collections.abc import AsyncIterator
from pathlib import Path

import aio_pika
import pytest

from items_events.broker_clients import open_publisher
from items_events.brokers.broker_url import publisher_url
from items_events.brokers.unavailable import BrokerUnavailable
from tests.items_events.brokers import free_port
from tests.items_events.rabbitmq import RabbitMQ, running_rabbitmq
from tests.items_events.sample_events import events
from tests.needs import needs


@pytest.fixture
async def rabbitmq(folder: Path) -> AsyncIterator[RabbitMQ]:
    """A place of its own on RabbitMQ."""
    needs("rabbitmq")
    async with running_rabbitmq(folder) as broker:
        yield broker


async def test_an_exchange_that_is_missing_is_told_with_the_way_out(rabbitmq: RabbitMQ) -> None:
    async with open_publisher(publisher_url(rabbitmq.url())) as publisher:
        with pytest.raises(BrokerUnavailable, match=r"NOT_FOUND.*`items events declare`"):
            await publisher.publish(events([1]))


async def test_an_exchange_of_another_type_is_told(rabbitmq: RabbitMQ) -> None:
    async with rabbitmq.channel() as channel:
        await channel.declare_exchange(rabbitmq.place, "fanout", durable=True)
    async with open_publisher(publisher_url(rabbitmq.url())) as publisher:
        with pytest.raises(BrokerUnavailable, match=r"PRECONDITION_FAILED.*type"):
            await publisher.declare()


async def test_the_routing_key_is_the_type_and_the_value_of_a_label(rabbitmq: RabbitMQ) -> None:
    async with open_publisher(publisher_url(rabbitmq.url(label="section"))) as publisher:
        await publisher.declare()
        await publisher.publish(events([1], labels={"section": "editors", "x": "y"}))
        await publisher.publish(events([2], labels={"section": "a.b #c*"}))
        await publisher.publish(events([3]))
        await publisher.publish(events([4], labels={"section": "é" * 255}))
    keys = [seen.key for seen in await rabbitmq.messages()]
    assert keys[:3] == [
        "items.v1.item.created.editors",
        "items.v1.item.created.a%2Eb%20%23c%2A",
        "items.v1.item.created.-",
    ]
    assert len(keys[3]) <= 255


async def test_a_message_that_no_queue_takes_is_refused(rabbitmq: RabbitMQ) -> None:
    async with open_publisher(publisher_url(rabbitmq.url())) as publisher:
        await publisher.declare()
        async with rabbitmq.channel() as channel:
            queue = await channel.declare_queue(rabbitmq.place, passive=True)
            await queue.unbind(rabbitmq.place, "#")
        refused = await publisher.publish(events(range(1, 4)))
    assert [one.event.revision for one in refused] == [1, 2, 3]
    assert "no queue" in refused[0].why


async def test_a_message_that_is_larger_than_the_broker_takes_is_refused_and_no_other(
    rabbitmq: RabbitMQ,
) -> None:
    large = events([4], description="x" * rabbitmq.largest)
    async with open_publisher(publisher_url(rabbitmq.url())) as publisher:
        await publisher.declare()
        refused = await publisher.publish([*events(range(1, 4)), *large, *events(range(5, 8))])
        refused_again = await publisher.publish([*large, *events([8])])
    assert [one.event.revision for one in [*refused, *refused_again]] == [4, 4]
    assert "max_message_size" in refused[0].why
    first = dict.fromkeys(seen.place for seen in await rabbitmq.messages())
    assert list(first) == [(revision, 0) for revision in (1, 2, 3, 5, 6, 7, 8)]


async def test_a_queue_of_another_kind_is_told(rabbitmq: RabbitMQ) -> None:
    async with rabbitmq.channel() as channel:
        await channel.declare_queue(rabbitmq.place, durable=True)
    async with open_publisher(publisher_url(rabbitmq.url())) as publisher:
        with pytest.raises(BrokerUnavailable, match=r"PRECONDITION_FAILED.*x-queue-type"):
            await publisher.declare()


async def test_a_wrong_password_is_told_without_it(rabbitmq: RabbitMQ) -> None:
    url = rabbitmq.url().replace("guest:guest@", "guest:hush-hush@")
    with pytest.raises(BrokerUnavailable) as failure:
        async with open_publisher(publisher_url(url)):
            pass
    assert "ACCESS_REFUSED" in str(failure.value)
    assert "hush-hush" not in str(failure.value)


async def test_a_virtual_host_that_is_missing_is_told(rabbitmq: RabbitMQ) -> None:
    url = rabbitmq.url().replace("/?", "/no-such-host?")
    with pytest.raises(BrokerUnavailable, match="no-such-host"):
        async with open_publisher(publisher_url(url)):
            pass


async def test_a_connection_that_fails_is_not_left_to_the_garbage_collector() -> None:
    before = open_connections()
    with pytest.raises(BrokerUnavailable):
        async with open_publisher(publisher_url(f"amqp://127.0.0.1:{free_port()}")):
            pass
    assert open_connections() == before


def open_connections() -> set[int]:
    """Those that would be closed by the garbage collector, in whatever thread it runs."""
    everything = (each for each in gc.get_objects() if type(each) is aio_pika.Connection)
    return {id(connection) for connection in everything if not connection.is_closed}
