"""Connections that break while a write is committed: it is written once, or said to be unknown."""

from pathlib import Path
from uuid import uuid4

import pytest
from grpc import aio

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.grpc_server.serving.details import refusal
from tests.outages.severing import Cut, way_to
from tests.postgresql import PostgresServer
from tests.servers import item_service


@pytest.mark.parametrize("cut", Cut)
async def test_a_write_whose_connection_breaks_is_written_once(
    folder: Path, server: PostgresServer, cut: Cut
) -> None:
    async with way_to(server.folder) as way, item_service(folder, store=way.url) as items:
        for number in range(1, 11):
            way.next_cut = cut if number > 1 else None  # the sweeper has been there, then
            item = pb.Item(id=f"i{number}", name="x")
            answer = await items.CreateItem(pb.CreateItemRequest(item=item))
            assert answer.revision == number
        assert way.cuts == 9
        assert await revisions(items) == [*range(1, 11)]


@pytest.mark.parametrize("cut", Cut)
async def test_a_refused_write_is_refused_whether_its_commit_is_known_or_not(
    folder: Path, server: PostgresServer, cut: Cut
) -> None:
    """A batch with a stale etag and a good write: each gets the answer that it should."""
    request = pb.BatchWriteItemsRequest(allow_partial=True)
    request.writes.add(create=pb.CreateItemRequest(item=pb.Item(id="a", name="a")))
    request.writes.add(create=pb.CreateItemRequest(item=pb.Item(id="b", name="b")))
    async with way_to(server.folder) as way, item_service(folder, store=way.url) as items:
        await items.CreateItem(pb.CreateItemRequest(item=pb.Item(id="a", name="first")))
        way.next_cut = cut
        answer = await items.BatchWriteItems(request)
    assert [each.WhichOneof("result") for each in answer.results] == ["error", "item"]


async def test_an_outcome_that_cannot_be_found_out_is_unknown_and_a_retry_settles_it(
    folder: Path, server: PostgresServer
) -> None:
    first, item = pb.Item(id="first", name="a"), pb.Item(id="a", name="a")
    request = pb.CreateItemRequest(item=item, request_id=str(uuid4()))
    async with way_to(server.folder) as way, item_service(folder, store=way.url) as items:
        await items.CreateItem(pb.CreateItemRequest(item=first))  # the sweeper has been there
        way.next_cut, way.is_closed_after_cut = Cut.AFTER, True
        with pytest.raises(aio.AioRpcError) as raised:
            await items.CreateItem(request, timeout=30)
        found = refusal(raised.value)
        assert (found.code, found.reason) == ("UNKNOWN", "COMMIT_OUTCOME_UNKNOWN")
        way.is_open = True
        answer = await items.CreateItem(request, timeout=30)
        assert answer.revision == 2
        assert await revisions(items) == [1, 2]


async def revisions(items: ItemServiceStub) -> list[int]:
    """The revisions of the items, in order."""
    listed = await items.ListItems(pb.ListItemsRequest(page_size=1000))
    return sorted(item.revision for item in listed.items)
