import pytest
from grpc import aio

from items.v1 import items_pb2 as pb
from items.v1 import items_pb2_grpc
from tests.grpc_server.serving.details import refusal

Items = items_pb2_grpc.ItemServiceStub

LARGE = 60_000
"""Bytes of one item: seventy of them are more than a client takes in one answer."""


async def fill(items: Items, count: int) -> list[str]:
    ids = [f"i{n:03}" for n in range(count)]
    for item_id in ids:
        item = pb.Item(id=item_id, name="x")
        item.attributes["text"] = "x" * LARGE
        await items.CreateItem(pb.CreateItemRequest(item=item))
    return ids


async def test_a_page_of_large_items_ends_before_it_is_too_large_for_a_client(
    items: Items,
) -> None:
    ids, listed, request = await fill(items, 80), [], pb.ListItemsRequest(page_size=1000)
    while True:
        page = await items.ListItems(request)
        listed += [item.id for item in page.items]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert listed == ids


async def test_a_history_of_large_items_is_paged_in_the_same_way(items: Items) -> None:
    await fill(items, 1)
    for n in range(80):
        change = pb.UpdateItemRequest(item=pb.Item(id="i000", name=f"name {n}"))
        await items.UpdateItem(change)
    seen, request = [], pb.ListItemRevisionsRequest(id="i000", page_size=1000)
    while True:
        page = await items.ListItemRevisions(request)
        seen += [version.revision for version in page.revisions]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert seen == list(range(81, 0, -1))


async def test_a_batch_of_items_too_large_for_one_answer_is_refused(items: Items) -> None:
    ids = await fill(items, 80)
    with pytest.raises(aio.AioRpcError) as raised:
        await items.BatchGetItems(pb.BatchGetItemsRequest(ids=ids))
    assert list(refusal(raised.value).violations) == ["ids"]
