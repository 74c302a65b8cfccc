"""Sinks and the end of history."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from grpc_server.main import serving
from items.v1 import sinks_pb2
from items_client import ItemsClient
from tests.dialects import DIALECTS
from tests.items_events.brokers import Redis, running_redis
from tests.items_events.relaying import Sinks, caught_up, eventually, relaying, write
from tests.needs import needs
from tests.servers import server_settings

MOMENT = timedelta(milliseconds=1)


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """The database that history is removed from."""
    return str(request.param)


@pytest.fixture
async def redis(folder: Path) -> AsyncIterator[Redis]:
    """A Redis of its own."""
    needs("redis")
    place = folder / "broker"
    place.mkdir()
    async with running_redis(place) as broker:
        yield broker


@pytest.fixture
async def service(folder: Path) -> AsyncIterator[str]:
    """A service that keeps ten revisions of history, whoever still needs more."""
    settings = server_settings(
        folder,
        history_max_revisions=10,
        history_sink_bound=MOMENT,
        watch_buffer_bytes=1024,  # what is compacted is not in memory, either
        sweep_interval=timedelta(milliseconds=50),
    )
    async with serving(settings) as address:
        yield address


async def only_ten_are_kept(items: ItemsClient) -> bool:
    known = await Sinks(items).list()
    return known.oldest_revision > known.revision - 10


async def test_a_new_sink_begins_with_the_oldest_revision_that_is_kept(
    redis: Redis, items: ItemsClient
) -> None:
    await write(items, range(50))
    await eventually(lambda: only_ten_are_kept(items))
    async with relaying(items, redis.url()):
        await caught_up(items, redis.url())
    assert [seen.place for seen in await redis.messages()] == [(n, 0) for n in range(41, 51)]


async def test_a_sink_that_is_lost_says_so_and_goes_on_after_a_replay(
    redis: Redis, items: ItemsClient
) -> None:
    async with relaying(items, redis.url()):
        await write(items, range(1))
        await caught_up(items, redis.url())
    for number in range(1, 50):  # each in a commit of its own: memory is full before the end
        await write(items, [number])
    await eventually(lambda: only_ten_are_kept(items))
    async with relaying(items, redis.url()):
        await eventually(lambda: is_lost(items, redis.url()))
        oldest = (await Sinks(items).list()).oldest_revision
        await Sinks(items).replay(redis.url(), oldest - 1)
        await caught_up(items, redis.url())
    places = [seen.place for seen in await redis.messages()]
    assert places == [(1, 0), *((n, 0) for n in range(oldest, 51))]


async def is_lost(items: ItemsClient, url: str) -> bool:
    sink = await Sinks(items).of(url)
    return sink.state == sinks_pb2.SINK_STATE_LOST and "kept" in sink.last_error
