from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc import aio

from grpc_server.items import errors
from grpc_server.main import serving
from grpc_server.serving.status import describe, reason_name
from items.v1 import errors_pb2, items_pb2_grpc
from items.v1 import items_pb2 as pb
from tests.grpc_server.serving.details import refusal
from tests.servers import item_service, server_settings

Items = items_pb2_grpc.ItemServiceStub


def all_errors(
    kind: type[errors.CatalogError] = errors.CatalogError,
) -> list[type[errors.CatalogError]]:
    return [leaf for child in kind.__subclasses__() for leaf in (child, *all_errors(child))]


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_every_expected_error_has_a_status_with_its_reason(
    kind: type[errors.CatalogError],
) -> None:
    status = describe(kind("why"))
    assert status.code not in {grpc.StatusCode.OK.value[0], grpc.StatusCode.INTERNAL.value[0]}
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert (info.reason, info.domain) == (reason_name(kind.reason), "items.v1")


async def test_a_refusal_names_the_field_the_reason_and_the_request(items: Items) -> None:
    request = pb.CreateItemRequest(item=pb.Item(id="Vim!", name="Vim"))
    with pytest.raises(aio.AioRpcError) as raised:
        await items.CreateItem(request, metadata=(("x-request-id", "abc"),))
    found = refusal(raised.value)
    assert (found.code, found.reason) == ("INVALID_ARGUMENT", "VALIDATION_FAILED")
    assert list(found.violations) == ["item.id"]
    assert found.request_id == "abc"


async def test_a_conflict_tells_the_present_etag(items: Items) -> None:
    item = await items.CreateItem(pb.CreateItemRequest(item=pb.Item(id="vim", name="Vim")))
    with pytest.raises(aio.AioRpcError) as raised:
        await items.DeleteItem(pb.DeleteItemRequest(id="vim", etag="stale"))
    assert refusal(raised.value).metadata["etag"] == item.etag


async def test_a_refused_write_of_a_batch_is_named_by_its_place(items: Items) -> None:
    write = pb.ItemWrite(create=pb.CreateItemRequest(item=pb.Item(id="a")))
    with pytest.raises(aio.AioRpcError) as raised:
        await items.BatchWriteItems(pb.BatchWriteItemsRequest(writes=[write]))
    assert list(refusal(raised.value).violations) == ["writes[0].create.item.name"]


async def test_a_read_of_a_revision_that_does_not_come_may_be_tried_again(folder: Path) -> None:
    async with item_service(folder, min_revision_wait=0.01) as items:
        with pytest.raises(aio.AioRpcError) as raised:
            await items.GetItem(pb.GetItemRequest(id="vim", min_revision=5))
    found = refusal(raised.value)
    assert (found.code, found.reason) == ("UNAVAILABLE", "REVISION_NOT_REACHED")
    assert found.retry is not None


async def test_a_call_that_takes_too_long_ends_with_deadline_exceeded(folder: Path) -> None:
    limits = {"min_revision_wait": 5, "grpc_default_deadline": 0.05}
    async with item_service(folder, **limits) as items:
        with pytest.raises(aio.AioRpcError) as raised:
            await items.GetItem(pb.GetItemRequest(id="vim", min_revision=5))
    assert refusal(raised.value).reason == "DEADLINE_EXCEEDED"


async def test_a_deadline_is_never_longer_than_the_maximum(folder: Path) -> None:
    limits = {"min_revision_wait": 5, "grpc_max_deadline": 0.05}
    async with item_service(folder, **limits) as items:
        with pytest.raises(aio.AioRpcError) as raised:
            await items.GetItem(pb.GetItemRequest(id="vim", min_revision=5), timeout=30)
    assert refusal(raised.value).reason == "DEADLINE_EXCEEDED"


async def test_bytes_that_are_no_message_are_the_callers_mistake(folder: Path) -> None:
    async with (
        serving(server_settings(folder)) as address,
        aio.insecure_channel(address) as channel,
    ):
        with pytest.raises(aio.AioRpcError) as raised:
            await bytes_call(channel, "GetItem")(b"\xff\xff\xff")
    found = refusal(raised.value)
    assert (found.code, found.reason) == ("INVALID_ARGUMENT", "VALIDATION_FAILED")


def bytes_call(channel: aio.Channel, rpc: str) -> "aio.UnaryUnaryMultiCallable[bytes, bytes]":
    return channel.unary_unary(
        f"/items.v1.ItemService/{rpc}", request_serializer=bytes, response_deserializer=bytes
    )


async def test_an_unknown_method_is_unimplemented_with_a_reason(folder: Path) -> None:
    async with (
        serving(server_settings(folder)) as address,
        aio.insecure_channel(address) as channel,
    ):
        with pytest.raises(aio.AioRpcError) as raised:
            await bytes_call(channel, "NoSuchMethod")(b"")
    assert refusal(raised.value).reason == "UNIMPLEMENTED"


async def test_the_request_id_comes_back_with_every_answer(items: Items) -> None:
    call = items.ListItems(pb.ListItemsRequest(), metadata=(("x-request-id", "abc"),))
    await call
    assert ("x-request-id", "abc") in tuple(await call.trailing_metadata())


async def test_a_request_id_is_made_for_a_call_without_a_sane_one(items: Items) -> None:
    call = items.ListItems(pb.ListItemsRequest(), metadata=(("x-request-id", "a b"),))
    await call
    trailers = dict(await call.trailing_metadata())
    assert trailers["x-request-id"] not in {"", "a b"}


def test_every_reason_of_the_tree_is_in_the_contract() -> None:
    reasons = {kind.reason for kind in all_errors()}
    assert reasons <= set(errors_pb2.ErrorReason.values())
