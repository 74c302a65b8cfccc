import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
from grpc import aio

from items.v1 import items_pb2 as pb
from items.v1 import items_pb2_grpc
from tests.grpc_server.serving.details import refusal
from tests.servers import item_service

Items = items_pb2_grpc.ItemServiceStub


def nameless_id(name: str = "Vim") -> pb.CreateItemRequest:
    return pb.CreateItemRequest(item=pb.Item(name=name), request_id=str(uuid4()))


async def everything(items: Items) -> list[str]:
    return [item.id for item in (await items.ListItems(pb.ListItemsRequest())).items]


async def test_concurrent_calls_with_one_request_id_give_one_write_and_equal_answers(
    items: Items,
) -> None:
    request = nameless_id()
    answers = await asyncio.gather(*(items.CreateItem(request) for _ in range(50)))
    assert answers == [answers[0]] * 50
    assert await everything(items) == [answers[0].id]


async def test_a_repeated_call_has_the_first_answer_even_after_a_change(items: Items) -> None:
    request = nameless_id()
    first = await items.CreateItem(request)
    await items.DeleteItem(pb.DeleteItemRequest(id=first.id))
    assert await items.CreateItem(request) == first


async def test_a_request_id_survives_a_restart(folder: Path) -> None:
    request = nameless_id()
    async with item_service(folder) as items:
        first = await items.CreateItem(request)
    async with item_service(folder) as items:
        assert await items.CreateItem(request) == first
        assert await everything(items) == [first.id]


async def test_a_request_id_with_another_request_is_refused(items: Items) -> None:
    request = nameless_id()
    await items.CreateItem(request)
    request.item.name = "Emacs"
    with pytest.raises(aio.AioRpcError) as raised:
        await items.CreateItem(request)
    assert refusal(raised.value).reason == "REQUEST_ID_REUSED"


async def test_a_request_id_of_another_actor_is_another_one(items: Items) -> None:
    request = nameless_id()
    await items.CreateItem(request, metadata=(("items-actor", "ann"),))
    await items.CreateItem(request, metadata=(("items-actor", "bob"),))
    assert len(await everything(items)) == 2


async def test_a_refused_call_is_tried_again_under_its_request_id(items: Items) -> None:
    request = pb.DeleteItemRequest(id="vim", request_id=str(uuid4()))
    with pytest.raises(aio.AioRpcError):
        await items.DeleteItem(request)
    await items.CreateItem(pb.CreateItemRequest(item=pb.Item(id="vim", name="Vim")))
    assert (await items.DeleteItem(request)).HasField("delete_time")


async def test_a_batch_is_idempotent_as_a_whole(items: Items) -> None:
    writes = [pb.ItemWrite(create=pb.CreateItemRequest(item=pb.Item(name=name))) for name in "ab"]
    request = pb.BatchWriteItemsRequest(writes=writes, request_id=str(uuid4()))
    first = await items.BatchWriteItems(request)
    assert await items.BatchWriteItems(request) == first
    assert len(await everything(items)) == 2


async def test_validate_only_keeps_nothing_under_the_request_id(items: Items) -> None:
    request = nameless_id()
    request.validate_only = True
    await items.CreateItem(request)
    request.validate_only = False
    await items.CreateItem(request)
    assert len(await everything(items)) == 1


async def test_an_answer_is_forgotten_after_its_time(folder: Path) -> None:
    request = nameless_id()
    async with item_service(folder, request_id_retention=0.001) as items:
        first = await items.CreateItem(request)
        second = await items.CreateItem(request)
    assert first.id != second.id


async def test_a_write_of_a_batch_cannot_have_the_request_id_of_the_batch(items: Items) -> None:
    write = nameless_id()
    for request_id in (write.request_id, write.request_id.upper()):
        batch = pb.BatchWriteItemsRequest(
            writes=[pb.ItemWrite(create=write)], allow_partial=True, request_id=request_id
        )
        with pytest.raises(aio.AioRpcError) as raised:
            await items.BatchWriteItems(batch)
        assert list(refusal(raised.value).violations) == ["writes[0].create.request_id"]
    assert await everything(items) == []
