"""What only NATS does."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nats.js.api import StreamConfig

from items_events.broker_clients import open_publisher
from items_events.brokers.broker_url import publisher_url
from items_events.brokers.unavailable import BrokerUnavailable
from tests.items_events.brokers import Nats, Server, free_port, running_nats
from tests.items_events.sample_events import events
from tests.needs import nats_server, needs


@pytest.fixture
async def nats(folder: Path) -> AsyncIterator[Nats]:
    """A NATS of its own."""
    needs("nats")
    async with running_nats(folder) as broker:
        yield broker


async def test_a_stream_that_is_missing_is_told_with_the_way_out(nats: Nats) -> None:
    async with open_publisher(publisher_url(nats.url())) as publisher:
        with pytest.raises(BrokerUnavailable, match="`items events declare`"):
            await publisher.publish(events([1]))


async def test_a_stream_of_other_subjects_is_told(nats: Nats) -> None:
    async with nats.client() as client:
        await client.jetstream().add_stream(StreamConfig(name="ITEMS", subjects=["other.>"]))
    async with open_publisher(publisher_url(nats.url())) as publisher:
        with pytest.raises(BrokerUnavailable, match=r"lacks the subjects items\.v1\.item\.>"):
            await publisher.declare()


async def test_a_stream_that_is_there_keeps_its_limits(nats: Nats) -> None:
    config = StreamConfig(name="ITEMS", subjects=["items.v1.item.>"], max_age=3600)
    async with nats.client() as client:
        await client.jetstream().add_stream(config)
        async with open_publisher(publisher_url(nats.url())) as publisher:
            await publisher.declare()
        assert (await client.jetstream().stream_info("ITEMS")).config.max_age == 3600


async def test_the_subject_has_the_prefix_the_type_and_the_value_of_a_label(nats: Nats) -> None:
    async with open_publisher(
        publisher_url(nats.url(prefix="shop.eu", label="section"))
    ) as publisher:
        await publisher.declare()
        await publisher.publish(events([1], labels={"section": "a b.>"}))
    assert [seen.key for seen in await nats.messages()] == [
        "shop.eu.items.v1.item.created.a%20b%2E%3E"
    ]


async def test_a_message_beyond_the_limit_of_the_server_is_refused(nats: Nats) -> None:
    async with open_publisher(publisher_url(nats.url())) as publisher:
        await publisher.declare()
        refused = await publisher.publish(
            events([1]) + events([2], description="x" * (1 << 20)) + events([3])
        )
    assert [one.event.revision for one in refused] == [2]
    assert "max_payload" in refused[0].why
    assert [seen.place for seen in await nats.messages()] == [(1, 0), (3, 0)]


async def test_a_server_without_jetstream_is_told(nats: Nats) -> None:
    await nats.server.kill()
    nats.server.without("--jetstream")
    await nats.start()
    async with open_publisher(publisher_url(nats.url())) as publisher:
        with pytest.raises(BrokerUnavailable):
            await publisher.declare()
        with pytest.raises(BrokerUnavailable, match="no stream has the subject"):
            await publisher.publish(events([1]))


async def test_a_wrong_password_is_told_without_it() -> None:
    needs("nats")
    port = free_port()
    place = ("--addr", "127.0.0.1", "--port", str(port), "--user", "user", "--pass", "right")
    server = Server(port, nats_server() or "", *place)
    await server.start()
    try:
        with pytest.raises(BrokerUnavailable) as failure:
            async with open_publisher(publisher_url(f"nats://user:hush-hush@127.0.0.1:{port}")):
                pass
    finally:
        await server.kill()
    assert "Authorization" in str(failure.value)
    assert "hush-hush" not in str(failure.value)


async def test_a_server_that_says_nothing_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(BrokerUnavailable, match="cannot be reached: no answer in time"):
            async with open_publisher(publisher_url(f"nats://127.0.0.1:{port}")):
                pass
