"""What only Redis does."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from items_events.broker_clients import open_publisher
from items_events.brokers.broker_url import publisher_url
from items_events.brokers.unavailable import BrokerUnavailable
from tests.items_events.brokers import Redis, running_redis
from tests.items_events.sample_events import events
from tests.needs import needs


@pytest.fixture
async def redis(folder: Path) -> AsyncIterator[Redis]:
    """A Redis of its own."""
    needs("redis")
    async with running_redis(folder) as broker:
        yield broker


async def test_the_id_of_an_entry_is_revision_and_ordinal(redis: Redis) -> None:
    async with open_publisher(publisher_url(redis.url())) as publisher:
        await publisher.publish(events([7, 9]))
    async with redis.client() as client:
        assert [entry_id for entry_id, _ in await client.xrange("items")] == [b"7-0", b"9-0"]


async def test_a_stream_is_trimmed_to_about_maxlen(redis: Redis) -> None:
    async with open_publisher(publisher_url(redis.url(maxlen="100"))) as publisher:
        await publisher.publish(events(range(1, 1001)))
    async with redis.client() as client:
        assert 100 <= await client.xlen("items") <= 300


async def test_what_was_trimmed_counts_as_published(redis: Redis) -> None:
    async with open_publisher(publisher_url(redis.url())) as publisher:
        await publisher.publish(events(range(1, 11)))
        async with redis.client() as client:
            await client.xtrim("items", maxlen=5, approximate=False)
        assert list(await publisher.publish(events(range(1, 11)))) == []


async def test_what_is_lost_behind_later_entries_is_refused(redis: Redis) -> None:
    async with open_publisher(publisher_url(redis.url())) as publisher:
        await publisher.publish(events(range(1, 11)))
        async with redis.client() as client:
            await client.xdel("items", "4-0")
        refused = await publisher.publish(events(range(1, 13)))
    assert [one.event.revision for one in refused] == [4]
    assert "delete it, and replay" in refused[0].why


async def test_an_entry_of_another_store_is_no_duplicate(redis: Redis) -> None:
    async with open_publisher(publisher_url(redis.url())) as publisher:
        await publisher.publish(events([5], store="another"))
        refused = await publisher.publish(events([4, 5, 6]))
    assert [one.event.revision for one in refused] == [4, 5]


async def test_a_key_that_is_no_stream_is_told(redis: Redis) -> None:
    async with redis.client() as client:
        await client.set("items", "text")
    async with open_publisher(publisher_url(redis.url())) as publisher:
        with pytest.raises(BrokerUnavailable, match="WRONGTYPE"):
            await publisher.publish(events([1]))


async def test_a_redis_that_is_full_takes_all_of_a_batch_or_nothing(redis: Redis) -> None:
    async with open_publisher(publisher_url(redis.url())) as publisher:
        await publisher.publish(events([1]))
        async with redis.client() as client:
            await client.config_set("maxmemory", "1")
            with pytest.raises(BrokerUnavailable, match=r"OOM|maxmemory"):
                await publisher.publish(events(range(2, 50)))
            await client.config_set("maxmemory", "0")
        await publisher.publish(events(range(2, 50)))
    assert [seen.place for seen in await redis.messages()] == [(n, 0) for n in range(1, 50)]


async def test_a_wrong_password_is_told_without_it(redis: Redis) -> None:
    url = redis.url().replace("redis://", "redis://user:hush-hush@")
    with pytest.raises(BrokerUnavailable) as failure:
        async with open_publisher(publisher_url(url)):
            pass
    assert "WRONGPASS" in str(failure.value) or "password" in str(failure.value)
    assert "hush-hush" not in str(failure.value)
