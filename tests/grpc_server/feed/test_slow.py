"""A watcher that does not read is cut, can go on, and disturbs nobody."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from grpc import aio

from grpc_server.main import serving
from grpc_server.reads.walks import WALKS
from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from items_client import ItemsClient
from items_client.guarantees import verify
from tests.grpc_server.feed.recording import Recording, watching
from tests.grpc_server.feed.writing import create, replace_many
from tests.grpc_server.serving.details import refusal
from tests.servers import item_service, server_settings

BUFFER = 64 * 1024
ROUNDS = 12
TEXT = "x" * 4000
SMALL_WINDOW = [("grpc.http2.bdp_probe", 0), ("grpc.use_local_subchannel_pool", 1)]
"""A client that takes 64 KiB beyond what it has read, and no more."""


async def fill(items: ItemServiceStub, watch: Recording | None = None) -> int:
    """Write far more than all buffers between the server and a watcher hold."""
    newest = 0
    for number in range(ROUNDS):
        ids = [f"r{number}-{each}" for each in range(200)]
        newest = await create(items, *ids, description=TEXT)
        if watch is not None:
            await watch.reach(newest)
    return newest


async def test_a_watcher_that_does_not_read_is_cut_and_can_go_on(folder: Path) -> None:
    async with item_service(folder, watch_buffer_bytes=BUFFER) as items:
        async with watching(items) as slow:
            newest = await fill(items)
            error = refusal(await slow.end())
        assert (error.code, error.reason) == ("ABORTED", "WATCHER_TOO_SLOW")
        assert error.metadata == {"revision": str(slow.revision)}
        assert slow.revision < newest
        async with watching(items, from_revision=slow.revision) as resumed:
            await resumed.reach(newest)
    assert verify([*slow.stream, *resumed.stream]) == []


async def test_a_slow_watcher_costs_the_others_nothing(folder: Path) -> None:
    settings = server_settings(folder, watch_buffer_bytes=BUFFER)
    async with (
        serving(settings) as address,
        aio.insecure_channel(address) as channel,
        aio.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]) as other,
    ):
        items = ItemServiceStub(channel)
        async with watching(ItemServiceStub(other)) as slow, watching(items) as quick:
            newest = await fill(items, quick)
            assert quick.revision == newest
            await slow.end()


async def test_the_client_goes_on_by_itself(folder: Path) -> None:
    settings = server_settings(folder, watch_buffer_bytes=BUFFER)
    async with (
        serving(settings) as address,
        aio.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]) as channel,
        ItemsClient(address) as client,
    ):
        watch = client.watch()
        assert isinstance(await anext(watch), pb.Bookmark)
        newest = await fill(ItemServiceStub(channel))
        told = [await anext(watch)]
        while watch.revision != newest:
            told.append(await anext(watch))
    commits = [event.revision for event in told if isinstance(event, pb.ItemChanges)]
    assert commits == list(range(1, newest + 1))


async def test_a_commit_that_is_larger_than_the_buffer_cuts_nobody(folder: Path) -> None:
    async with (
        item_service(folder, watch_buffer_bytes=BUFFER) as items,
        watching(items) as watch,
    ):
        for name in ("one", "two"):
            await watch.reach(await replace_many(items, name, 1000))
    assert watch.revision == 2000


async def test_watchers_that_read_nothing_hold_no_snapshots(folder: Path) -> None:
    async with (
        serving(server_settings(folder, watch_stall_timeout=0.5)) as address,
        aio.insecure_channel(address) as channel,
        aio.insecure_channel(address, SMALL_WINDOW) as other,
        AsyncExitStack() as asleep,
    ):
        newest = await fill(ItemServiceStub(channel))
        sleepers: list[Recording] = []
        for _ in range(WALKS):
            begun = watching(ItemServiceStub(other), include_snapshot=True)
            sleepers.append(await asleep.enter_async_context(begun))
        async with watching(ItemServiceStub(channel), include_snapshot=True) as quick:
            await quick.reach(newest)
        ends = [asyncio.create_task(sleeper.end()) for sleeper in sleepers]
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    errors = [refusal(end.result()) for end in done]  # the others may have woken in time
    assert {(error.code, error.reason) for error in errors} == {("ABORTED", "WATCHER_TOO_SLOW")}


async def test_a_quiet_watch_is_not_cut(folder: Path) -> None:
    settings = {"watch_stall_timeout": 0.1, "watch_bookmark_interval": 0.3}
    async with item_service(folder, **settings) as items, watching(items) as quiet:
        for _ in range(3):
            assert (await quiet.next()).HasField("bookmark")
