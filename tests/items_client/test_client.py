import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_type_hints

import pytest
from google.protobuf.message import Message

from grpc_server.main import serving
from items.v1 import items_pb2 as pb
from items_client import ItemsClient, writes
from items_client.client import BatchGet, BatchWrite, Get, List, Page
from items_client.errors import (
    AlreadyExists,
    EtagMismatch,
    InvalidRequest,
    ItemDeleted,
    ItemNotDeleted,
    NotFound,
)
from items_client.statuses import from_status
from tests.servers import server_settings


@pytest.fixture
async def client(folder: Path) -> AsyncIterator[ItemsClient]:
    """The client of a real server over an empty store."""
    async with serving(server_settings(folder)) as address, ItemsClient(address) as items:
        yield items


async def test_what_was_created_can_be_read(client: ItemsClient) -> None:
    made = await client.create(
        id="vim", name="Vim", labels={"section": "editors"}, attributes={"major": 9, "tags": ["a"]}
    )
    assert await client.get("vim") == made
    assert made.attributes["major"] == 9


async def test_an_item_without_an_id_is_given_one(client: ItemsClient) -> None:
    assert (await client.create(name="Vim")).id


async def test_an_update_merges_and_removes(client: ItemsClient) -> None:
    await client.create(id="vim", name="Vim", description="old", labels={"a": "1", "b": "2"})
    item = await client.update("vim", description=None, labels={"a": None, "c.d": "3"})
    assert not item.HasField("description")
    assert dict(item.labels) == {"b": "2", "c.d": "3"}
    assert item.name == "Vim"


async def test_an_update_with_a_mask_writes_exactly_its_paths(client: ItemsClient) -> None:
    await client.create(id="vim", name="Vim", labels={"a": "1"})
    item = await client.update("vim", mask=["labels"], name="ignored", labels={"b": "2"})
    assert (item.name, dict(item.labels)) == ("Vim", {"b": "2"})


async def test_an_update_of_nothing_may_create(client: ItemsClient) -> None:
    assert (await client.update("vim", name="Vim", allow_missing=True)).name == "Vim"


async def test_replacing_with_a_stale_item_is_refused(client: ItemsClient) -> None:
    read = await client.create(id="vim", name="Vim")
    await client.update("vim", name="Vim 9")
    with pytest.raises(EtagMismatch) as raised:
        await client.replace(read, name="Vim 10")
    assert raised.value.reason == "ETAG_MISMATCH"
    assert (await client.replace(read, name="Vim 10", etag="")).name == "Vim 10"


async def test_a_deleted_item_can_be_brought_back(client: ItemsClient) -> None:
    await client.create(id="vim", name="Vim")
    await client.delete("vim")
    with pytest.raises(ItemDeleted):
        await client.get("vim")
    assert (await client.get("vim", show_deleted=True)).HasField("delete_time")
    assert (await client.undelete("vim")).name == "Vim"
    with pytest.raises(ItemNotDeleted):
        await client.undelete("vim")


async def test_an_item_can_be_read_as_it_was(client: ItemsClient) -> None:
    first = await client.create(id="vim", name="Vim")
    await client.update("vim", name="Vim 9")
    assert (await client.get("vim", revision=first.revision)).name == "Vim"


async def test_a_taken_id_is_refused(client: ItemsClient) -> None:
    await client.create(id="vim", name="Vim")
    with pytest.raises(AlreadyExists):
        await client.create(id="vim", name="Vim")


async def test_a_request_id_of_the_callers_own_makes_the_write_happen_once(
    client: ItemsClient,
) -> None:
    key = "6f7e9f6e-7a53-4f25-9a3c-0d6a0b6a3f10"
    first = await client.create(name="Vim", request_id=key)
    assert await client.create(name="Vim", request_id=key) == first


async def test_what_is_only_validated_is_not_written(client: ItemsClient) -> None:
    await client.create(id="vim", name="Vim", validate_only=True)
    with pytest.raises(NotFound):
        await client.get("vim")


async def test_a_refused_request_says_what_is_wrong(client: ItemsClient) -> None:
    with pytest.raises(InvalidRequest) as raised:
        await client.create(id="Vim!", name="")
    assert {violation.field for violation in raised.value.violations} == {"item.id", "item.name"}
    assert raised.value.request_id


async def test_a_list_is_walked_page_by_page(client: ItemsClient) -> None:
    await client.batch_write([writes.create(id=f"i{n}", name=f"I{n}") for n in range(5)])
    listing = client.list(filter='name != "I3"', order_by="name desc", page_size=2)
    assert [item.name async for item in listing] == ["I4", "I2", "I1", "I0"]
    assert [len(page.items) async for page in listing.pages()] == [2, 2]


async def test_a_list_can_go_on_from_a_token(client: ItemsClient) -> None:
    await client.batch_write([writes.create(id=f"i{n}", name=f"I{n}") for n in range(3)])
    first = await anext(client.list(page_size=2).pages())
    rest = client.list(page_size=2, page_token=first.next_page_token)
    assert [item.id async for item in rest] == ["i2"]


async def test_the_history_of_an_item_is_walked_newest_first(client: ItemsClient) -> None:
    importer = client.with_options(actor="importer")
    await importer.create(id="vim", name="Vim")
    await client.update("vim", name="Vim 9")
    await client.delete("vim")
    kinds = [
        (version.kind, version.actor) async for version in client.revisions("vim", page_size=2)
    ]
    assert kinds == [
        (pb.CHANGE_KIND_DELETED, ""),
        (pb.CHANGE_KIND_UPDATED, ""),
        (pb.CHANGE_KIND_CREATED, "importer"),
    ]


async def test_many_items_are_read_at_once(client: ItemsClient) -> None:
    await client.create(id="vim", name="Vim")
    answer = await client.batch_get(["emacs", "vim"])
    assert [item.id for item in answer.items] == ["vim"]
    assert list(answer.missing_ids) == ["emacs"]


async def test_a_batch_is_all_or_nothing(client: ItemsClient) -> None:
    await client.create(id="vim", name="Vim")
    with pytest.raises(AlreadyExists):
        await client.batch_write(
            [writes.create(id="emacs", name="Emacs"), writes.create(id="vim", name="Vim")]
        )
    with pytest.raises(NotFound):
        await client.get("emacs")


async def test_in_a_partial_batch_each_write_has_its_own_result(client: ItemsClient) -> None:
    await client.create(id="vim", name="Vim")
    answer = await client.batch_write(
        [writes.create(id="vim", name="Vim"), writes.create(id="emacs", name="Emacs")],
        allow_partial=True,
    )
    refused, made = answer.results
    assert isinstance(from_status(refused.error), AlreadyExists)
    assert made.item.id == "emacs"


async def test_a_call_waits_for_a_service_that_is_starting(folder: Path) -> None:
    settings = server_settings(folder)
    async with ItemsClient(settings.grpc) as items:
        call = asyncio.create_task(items.create(id="vim", name="Vim"))
        async with serving(settings):
            assert (await call).id == "vim"


async def test_any_call_can_be_sent_as_a_message(client: ItemsClient) -> None:
    request = pb.CreateItemRequest(item=pb.Item(id="vim", name="Vim"))
    assert (await client.call(client.stub.CreateItem, request)).id == "vim"
    with pytest.raises(AlreadyExists):
        await client.call(client.stub.CreateItem, request)


async def test_a_client_that_is_not_open_says_how_to_open_it() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await ItemsClient("127.0.0.1:50051").get("vim")


@pytest.mark.parametrize(
    ("keywords", "message", "positional"),
    [
        (Get, pb.GetItemRequest, {"id"}),
        (List, pb.ListItemsRequest, set()),
        (Page, pb.ListItemRevisionsRequest, {"id"}),
        (BatchGet, pb.BatchGetItemsRequest, {"ids"}),
        (BatchWrite, pb.BatchWriteItemsRequest, {"writes"}),
    ],
)
def test_every_field_of_a_request_can_be_said(
    keywords: type, message: type[Message], positional: set[str]
) -> None:
    fields = {field.name for field in message.DESCRIPTOR.fields}
    assert set(get_type_hints(keywords)) == fields - positional


async def test_the_history_can_be_read_from_a_revision_on(client: ItemsClient) -> None:
    made = await client.create(id="vim", name="Vim")
    kept = [one async for one in client.revisions("vim", min_revision=made.revision)]
    assert [one.revision for one in kept] == [made.revision]
