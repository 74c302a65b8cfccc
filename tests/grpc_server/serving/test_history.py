"""The history over gRPC: who did what, how long it is kept, and what is told of the rest."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from google.protobuf.duration_pb2 import Duration
from grpc import aio

from grpc_server.main import serving
from grpc_server.settings import Settings
from grpc_server.writes.commit_time import wall_clock
from items.v1 import items_pb2 as pb
from items.v1 import items_pb2_grpc, sinks_pb2, sinks_pb2_grpc
from tests.clock import Clock
from tests.grpc_server.serving.details import refusal
from tests.servers import item_service, server_settings

Items = items_pb2_grpc.ItemServiceStub

ADA = (("items-actor", "ada"),)
BATCH_ID, WRITE_ID = str(uuid4()), str(uuid4())


def creation(item_id: str, request_id: str = "") -> pb.CreateItemRequest:
    return pb.CreateItemRequest(item=pb.Item(id=item_id, name="x"), request_id=request_id)


async def history(items: Items, item_id: str) -> list[pb.ItemRevision]:
    answer = await items.ListItemRevisions(pb.ListItemRevisionsRequest(id=item_id))
    return list(answer.revisions)


async def rename(items: Items, item_id: str, *names: str) -> None:
    for name in names:
        item = pb.Item(id=item_id, name=name)
        await items.ReplaceItem(pb.ReplaceItemRequest(item=item))


async def first_message(items: Items, from_revision: int) -> pb.WatchItemsResponse:
    call = items.WatchItems(pb.WatchItemsRequest(from_revision=from_revision))
    message = await anext(aiter(call))
    call.cancel()
    return message


@asynccontextmanager
async def channel_to(
    settings: Settings, clock: Callable[[], datetime]
) -> AsyncIterator[aio.Channel]:
    async with serving(settings, clock) as address, aio.insecure_channel(address) as channel:
        yield channel


async def test_a_change_is_kept_with_who_made_it_and_by_which_request(items: Items) -> None:
    await items.CreateItem(creation("vim", WRITE_ID), metadata=ADA)
    (version,) = await history(items, "vim")
    assert (version.actor, version.request_id) == ("ada", WRITE_ID)


async def test_all_changes_of_an_atomic_batch_have_its_request_id(items: Items) -> None:
    writes = [pb.ItemWrite(create=creation(name)) for name in ("a", "b")]
    request = pb.BatchWriteItemsRequest(writes=writes, request_id=BATCH_ID)
    await items.BatchWriteItems(request, metadata=ADA)
    for name in ("a", "b"):
        (version,) = await history(items, name)
        assert (version.revision, version.actor, version.request_id) == (1, "ada", BATCH_ID)


async def test_a_write_of_a_partial_batch_has_its_own_request_id_or_that_of_the_batch(
    items: Items,
) -> None:
    writes = [pb.ItemWrite(create=creation("a")), pb.ItemWrite(create=creation("b", WRITE_ID))]
    request = pb.BatchWriteItemsRequest(writes=writes, request_id=BATCH_ID, allow_partial=True)
    await items.BatchWriteItems(request, metadata=ADA)
    versions = [version for name in ("a", "b") for version in await history(items, name)]
    assert [(each.actor, each.request_id) for each in versions] == [
        ("ada", BATCH_ID),
        ("ada", WRITE_ID),
    ]


async def test_an_item_is_read_as_it_was_before_its_deletion(items: Items) -> None:
    await rename(items, "vim", "one", "two")
    await items.DeleteItem(pb.DeleteItemRequest(id="vim"))
    past = [await items.GetItem(pb.GetItemRequest(id="vim", revision=at)) for at in (1, 2)]
    assert [item.name for item in past] == ["one", "two"]


async def test_an_expiry_is_told_live_as_it_is_told_from_the_history(folder: Path) -> None:
    """Also what the item was before it, and that one created anew was nothing before."""
    clock = Clock()
    settings = server_settings(folder, sweep_interval=0.01)
    async with channel_to(settings, clock) as channel:
        items = Items(channel)
        watch = pb.WatchItemsRequest(from_revision=0, include_previous=True)
        live = aiter(items.WatchItems(watch))
        assert (await anext(live)).HasField("bookmark")
        await rename(items, "vim", "Vim")
        await items.DeleteItem(pb.DeleteItemRequest(id="vim"))
        clock.move(days=31)
        await items.GetItem(
            pb.GetItemRequest(id="vim", revision=2, min_revision=3, show_deleted=True)
        )
        await rename(items, "vim", "Vim again")
        told = await commits(live, 4)
    async with item_service(folder) as items:
        assert await commits(aiter(items.WatchItems(watch)), 4) == told
    assert [each.changes[0].HasField("previous") for each in told] == [False, True, True, False]


async def commits(
    messages: AsyncIterator[pb.WatchItemsResponse], count: int
) -> list[pb.ItemChanges]:
    """The next *count* commits of a watch."""
    told: list[pb.ItemChanges] = []
    while len(told) < count:
        told += (await anext(messages)).commits.commits
    return told


async def compacted(folder: Path, clock: Callable[[], datetime] = wall_clock) -> None:
    """Let a server compact the store of *folder* to its newest revision."""
    settings = server_settings(folder, history_max_revisions=1)
    async with channel_to(settings, clock) as channel:
        sinks = sinks_pb2_grpc.SinkServiceStub(channel)
        async with asyncio.timeout(10):
            while True:
                listed = await sinks.ListSinks(sinks_pb2.ListSinksRequest())
                if listed.oldest_revision == listed.revision:
                    return


async def test_what_is_compacted_is_refused_with_the_oldest_that_is_kept(folder: Path) -> None:
    async with item_service(folder) as items:
        await rename(items, "vim", "one", "two", "three")
    await compacted(folder)
    async with item_service(folder) as items:
        calls = (
            items.GetItem(pb.GetItemRequest(id="vim", revision=2)),
            first_message(items, from_revision=1),
        )
        for call in calls:
            with pytest.raises(aio.AioRpcError) as raised:
                await call
            found = refusal(raised.value)
            assert (found.code, found.reason) == ("OUT_OF_RANGE", "REVISION_COMPACTED")
            assert found.metadata == {"oldest_revision": "3"}


async def test_what_is_kept_is_read_and_watched_after_a_compaction(folder: Path) -> None:
    async with item_service(folder) as items:
        await rename(items, "old", "old")
        await rename(items, "vim", "one", "two", "three")
    await compacted(folder)
    async with item_service(folder) as items:
        old = await items.GetItem(pb.GetItemRequest(id="old", revision=4))
        assert (await first_message(items, from_revision=3)).bookmark.revision == 3
        assert [each.item for each in await history(items, "old")] == [old]
        assert [each.item.name for each in await history(items, "vim")] == ["three", "two"]


async def test_history_is_kept_for_ever_unless_it_is_limited(folder: Path) -> None:
    async with item_service(folder) as items:
        await rename(items, "vim", *map(str, range(10)))
    async with item_service(folder, sweep_interval=0.001) as items:
        await items.GetItem(pb.GetItemRequest(id="vim", revision=1))
        assert len(await history(items, "vim")) == 10


async def test_a_sink_that_missed_history_is_lost_until_it_is_replayed(folder: Path) -> None:
    clock, settings = Clock(), server_settings(folder)
    async with channel_to(settings, clock) as channel:
        await rename(Items(channel), "vim", "one", "two", "three")
        acquire = sinks_pb2.AcquireSinkRequest(
            name="sink", holder="h", lease_duration=Duration(seconds=1), from_revision=0
        )
        await sinks_pb2_grpc.SinkServiceStub(channel).AcquireSink(acquire)
    await compacted(folder, Clock(clock.now + timedelta(days=8)))
    async with channel_to(settings, clock) as channel:
        sinks = sinks_pb2_grpc.SinkServiceStub(channel)
        listed = await sinks.ListSinks(sinks_pb2.ListSinksRequest())
        assert [sink.state for sink in listed.sinks] == [sinks_pb2.SINK_STATE_LOST]
        replay = sinks_pb2.ReplaySinkRequest(name="sink", from_revision=2)
        assert (await sinks.ReplaySink(replay)).state == sinks_pb2.SINK_STATE_IDLE
