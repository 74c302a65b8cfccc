"""The switch, as clients see it: what they held before is as good after it."""

from asyncio import create_task, to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.duration_pb2 import Duration
from grpc import aio

from grpc_server.main import serving
from items.v1 import items_pb2 as pb
from items.v1 import items_pb2_grpc, sinks_pb2, sinks_pb2_grpc
from store_tools.moving import source_store
from store_tools.moving.move import moving
from tests.servers import server_settings
from tests.store_tools.moving.conftest import Places, both_ways
from tests.store_tools.moving.stored import Silent, everything, move

LEASE = Duration(seconds=300)
WRITES = 300


@dataclass(frozen=True)
class Service:
    """The two services of a running server."""

    items: items_pb2_grpc.ItemServiceStub
    sinks: sinks_pb2_grpc.SinkServiceStub

    async def create(self, item_id: str, request_id: str = "") -> pb.Item:
        request = pb.CreateItemRequest(
            item=pb.Item(id=item_id, name=item_id), request_id=request_id
        )
        return await self.items.CreateItem(request)


@asynccontextmanager
async def service(url: str, folder: Path, **changes: Any) -> AsyncIterator[Service]:
    settings = server_settings(folder, store=url, **changes)
    async with serving(settings) as address, aio.insecure_channel(address) as channel:
        yield Service(
            items_pb2_grpc.ItemServiceStub(channel), sinks_pb2_grpc.SinkServiceStub(channel)
        )


@dataclass(frozen=True)
class Held:
    """What clients hold when their server stops."""

    item: pb.Item
    request_id: str
    page_token: str
    lease: sinks_pb2.Sink


async def held(service: Service) -> Held:
    request_id = str(uuid4())
    item = await service.create("a", request_id)
    for item_id in ("b", "c", "d"):
        await service.create(item_id)
    page = await service.items.ListItems(pb.ListItemsRequest(page_size=2))
    asked = sinks_pb2.AcquireSinkRequest(name="sink", holder="relay", lease_duration=LEASE)
    lease = await service.sinks.AcquireSink(asked)
    return Held(item, request_id, page.next_page_token, lease)


async def first(count: int, watch: Any) -> list[pb.WatchItemsResponse]:
    """The first messages of a watch, which ends with them."""
    found = [await watch.read() for _ in range(count)]
    watch.cancel()
    return found


@both_ways
async def test_what_clients_hold_is_as_good_after_the_switch(places: Places, folder: Path) -> None:
    async with service(places.there, folder) as before:
        clients = await held(before)
    await to_thread(move, places.there, places.here)
    async with service(places.here, folder) as after:
        again = await after.create("a", clients.request_id)
        assert again == clients.item
        rest = await after.items.ListItems(
            pb.ListItemsRequest(page_size=2, page_token=clients.page_token)
        )
        assert [item.id for item in rest.items] == ["c", "d"]
        renamed = pb.Item(id="a", name="A", etag=clients.item.etag)
        assert (await after.items.ReplaceItem(pb.ReplaceItemRequest(item=renamed))).revision == 5
        watch = after.items.WatchItems(pb.WatchItemsRequest(from_revision=3))
        told = await first(2, watch)
        assert [message.bookmark.revision for message in told] == [3, 0]
        assert told[1].commits.commits[0].revision == 4
        advanced = await after.sinks.AdvanceSink(
            sinks_pb2.AdvanceSinkRequest(
                name="sink", epoch=clients.lease.epoch, revision=4, lease_duration=LEASE
            )
        )
    assert (advanced.revision, advanced.store_id) == (4, clients.lease.store_id)


@both_ways
@pytest.mark.parametrize("keeps", [0, 20])
async def test_nothing_that_is_written_while_the_copy_follows_is_lost(
    places: Places, folder: Path, keeps: int
) -> None:
    """The history is compacted meanwhile, too."""
    ended = Event()
    settings = {"history_max_revisions": keeps, "sweep_interval": 0.05} if keeps else {}
    async with service(places.there, folder, **settings) as before:
        following = create_task(to_thread(_follow, places, ended))
        for number in range(WRITES):
            item = pb.Item(id=f"i{number % 7}", name=str(number))
            request = pb.ReplaceItemRequest(item=item, request_id=str(uuid4()))
            await before.items.ReplaceItem(request)
    ended.set()
    await following
    assert everything(places.here) == everything(places.there)


def _follow(places: Places, ended: Event) -> None:
    """Follow, and finish when the server is gone."""
    with moving(places.there, places.here, page=10) as moved:
        moved.follow(lambda _: None, Silent(), ended)
        with source_store.unserved(places.there):
            moved.complete(lambda _: None)
