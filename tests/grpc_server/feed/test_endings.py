"""How a watch ends: with the server, with its caller, with its time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from grpc import StatusCode, aio

from grpc_server.database.opening import open_store
from grpc_server.feed.delivery import Recipient
from grpc_server.feed.watches import Feed
from grpc_server.main import open_items, serving
from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from items_client.guarantees import verify
from tests.grpc_server.feed.recording import Recording, refused, watching
from tests.grpc_server.feed.writing import create, replace_many
from tests.grpc_server.serving.details import refusal
from tests.servers import item_service, server_settings

SOON = 5.0


@asynccontextmanager
async def stopped(
    folder: Path, **settings: Any
) -> AsyncIterator[tuple[ItemServiceStub, Callable[[], Awaitable[None]]]]:
    """A stub of a running server, and how to stop the server while the stub lives on."""
    async with AsyncExitStack() as server, AsyncExitStack() as client:
        address = await server.enter_async_context(serving(server_settings(folder, **settings)))
        channel = await client.enter_async_context(aio.insecure_channel(address))
        yield ItemServiceStub(channel), server.aclose


async def test_a_watch_ends_with_the_server_and_goes_on_with_the_next(folder: Path) -> None:
    async with stopped(folder) as (items, stop):
        await create(items, "a")
        async with watching(items, from_revision=0) as watch:
            await watch.reach(1)
            await create(items, "b")
            _, error = await asyncio.gather(stop(), watch.end())
    found = refusal(error)
    assert (found.code, found.reason) == ("UNAVAILABLE", "SHUTTING_DOWN")
    async with (
        item_service(folder) as items,
        watching(items, from_revision=watch.revision) as resumed,
    ):
        await resumed.reach(await create(items, "c"))
    assert verify([*watch.stream, *resumed.stream]) == []
    assert [commit.revision for commit in (*watch.commits, *resumed.commits)] == [1, 2, 3]


async def test_what_was_acknowledged_is_told_before_the_end(folder: Path) -> None:
    async with stopped(folder) as (items, stop), watching(items) as watch:
        newest = await replace_many(items, "x", 500)
        await asyncio.gather(stop(), watch.end())
    assert watch.revision == newest


@pytest.mark.parametrize("asked", [{"include_snapshot": True}, {"from_revision": 0}])
async def test_a_watch_that_reads_the_store_ends_soon(folder: Path, asked: dict[str, Any]) -> None:
    async with item_service(folder) as items:
        for number in range(10):
            ids = [f"r{number}-{each}" for each in range(400)]
            await create(items, *ids, description="x" * 2000)
    async with stopped(folder, grpc_drain=30) as (items, stop), watching(items, **asked) as watch:
        async with asyncio.timeout(SOON):
            _, error = await asyncio.gather(stop(), watch.end())
    assert refusal(error).reason == "SHUTTING_DOWN"


async def test_a_watcher_that_does_not_read_cannot_keep_the_server(folder: Path) -> None:
    async with stopped(folder, grpc_drain=0.2) as (items, stop), watching(items) as watch:
        for number in range(10):
            ids = [f"r{number}-{each}" for each in range(200)]
            await create(items, *ids, description="x" * 4000)
        async with asyncio.timeout(SOON):
            await stop()
        await watch.end()


async def test_a_watch_ends_with_the_time_of_its_caller(items: ItemServiceStub) -> None:
    request = pb.WatchItemsRequest()
    watch = Recording(items.WatchItems(request, timeout=0.3), request)
    error = await watch.end()
    assert error.code() is StatusCode.DEADLINE_EXCEEDED
    assert watch.revision == 0


async def test_watchers_that_leave_leave_nothing_behind(items: ItemServiceStub) -> None:
    await create(items, "a")
    before = asyncio.all_tasks()
    async with AsyncExitStack() as stack:
        for _ in range(20):
            await stack.enter_async_context(watching(items))
        watched = asyncio.all_tasks() - before
        assert len(watched) >= 20
    await asyncio.wait(watched, timeout=1)  # one of them takes the next call
    assert len(asyncio.all_tasks()) <= len(before)


async def test_the_feed_forgets_a_watcher_that_leaves(folder: Path) -> None:
    settings = server_settings(folder)
    with closing(open_store(settings.store)) as store:
        async with open_items(settings, store) as parts:
            hub = parts.feed.hub
            watchers = [asyncio.create_task(follow(parts.feed)) for _ in range(5)]
            for _ in range(100):
                await asyncio.sleep(0)  # until they wait
            assert hub.waiting == len(watchers)
            for watcher in watchers:
                watcher.cancel()
            await asyncio.wait(watchers)
            assert hub.waiting == 0
            assert parts.feed.encoders.views == 0


async def follow(feed: Feed) -> None:
    """Watch, as the servicer does."""
    await feed.watch(pb.WatchItemsRequest(), Recipient(take, "", lambda act: act()))


async def take(message: bytes) -> None:
    """Take a message, and leave it."""


async def test_there_are_so_many_watches_and_no_more(folder: Path) -> None:
    async with (
        item_service(folder, watch_limit=2) as items,
        watching(items) as one,
        watching(items) as other,
    ):
        error = refusal(await refused(items))
        revision = await create(items, "a")
        await asyncio.gather(one.reach(revision), other.reach(revision))
    assert (error.code, error.reason) == ("RESOURCE_EXHAUSTED", "OVERLOADED")
