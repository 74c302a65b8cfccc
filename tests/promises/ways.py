"""Every way that a field which was added to Item goes in and out.

`test_add_a_field.py` runs these over a contract that has `brand`, `weight` and others:
see `added.py`. Over the contract of the project there are no such fields.
"""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import jsonschema_rs
import pytest
import yaml
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.rpc import error_details_pb2, status_pb2
from grpc import aio
from hypothesis import given, settings
from hypothesis import strategies as st

from grpc_server.catalog.masks import apply_mask, effective_mask
from items.v1 import items_pb2
from items.v1.items_converters import item_patch_to_proto, item_to_json
from items.v1.items_models import ItemPatch
from items_cli.change_text import change_lines
from items_client import ItemsClient, writes
from items_events.cloud_events import EventMaker
from rest_facade.masks import mask_of
from tests.cli.program import Outcome
from tests.cli.program import items as run_items
from tests.model.masks import merge_patch
from tests.promises.added import PLACE
from tests.servers import rest_client

pb: Any = items_pb2
"""Types know nothing of the fields that were added."""

VIM = {"id": "vim", "name": "Vim", "brand": "Acme", "weight": 1.5}


@pytest.fixture
def address(folder: Path, items: Any) -> str:
    """Where the server of `items` listens."""
    assert items
    return f"unix:{folder}/grpc.sock"


@pytest.fixture
async def rest(folder: Path, address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a facade in front of it."""
    async with rest_client(folder, address) as client:
        yield client


@pytest.fixture
async def client(address: str) -> AsyncIterator[Any]:
    """The Python client of it."""
    async with ItemsClient(address) as connected:
        yield connected


@pytest.fixture
async def vim(client: Any) -> Any:
    """An item with what was added."""
    return await client.create(**VIM)


async def patched(rest: httpx.AsyncClient, body: Any, **query: str) -> Any:
    """The item `vim` after a PATCH with *body*."""
    answer = await rest.patch("/v1/items/vim", json=body, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def added(item: Any) -> dict[str, Any]:
    """What *item*, in JSON, has of the two fields."""
    return {name: item[name] for name in ("brand", "weight") if name in item}


def update(mask: list[str] | None, **fields: Any) -> Any:
    return pb.UpdateItemRequest(
        item=pb.Item(id="vim", **fields),
        update_mask=None if mask is None else FieldMask(paths=mask),
    )


def violations(error: aio.AioRpcError) -> dict[str, str]:
    """The fields that a refusal names, and what it says of them."""
    metadata = dict(error.trailing_metadata() or ())
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
    bad = error_details_pb2.BadRequest()
    assert any(detail.Unpack(bad) for detail in status.details)
    return {each.field: each.description for each in bad.field_violations}


# REST


async def test_post_takes_it_and_get_and_list_show_it(rest: httpx.AsyncClient) -> None:
    created = await rest.post("/v1/items", json=VIM)
    assert created.status_code == 201, created.text
    assert added(created.json()) == {"brand": "Acme", "weight": 1.5}
    assert added((await rest.get("/v1/items/vim")).json()) == {"brand": "Acme", "weight": 1.5}
    (listed,) = (await rest.get("/v1/items")).json()["items"]
    assert added(listed) == {"brand": "Acme", "weight": 1.5}
    (found,) = (await rest.get("/v1/items:batchGet", params={"ids": "vim"})).json()["items"]
    assert added(found) == {"brand": "Acme", "weight": 1.5}


@pytest.mark.usefixtures("vim")
async def test_patch_writes_what_its_body_has(rest: httpx.AsyncClient) -> None:
    assert added(await patched(rest, {"brand": "Beta"})) == {"brand": "Beta", "weight": 1.5}
    assert added(await patched(rest, {"weight": 0})) == {"brand": "Beta", "weight": 0}


@pytest.mark.usefixtures("vim")
async def test_patch_with_null_removes_it(rest: httpx.AsyncClient) -> None:
    assert added(await patched(rest, {"brand": None})) == {"weight": 1.5}
    merged = await rest.patch(
        "/v1/items/vim",
        content=json.dumps({"weight": None}),
        headers={"Content-Type": "application/merge-patch+json"},
    )
    assert added(merged.json()) == {}


@pytest.mark.usefixtures("vim")
async def test_a_mask_in_the_query_names_it(rest: httpx.AsyncClient) -> None:
    body = {"brand": "Beta", "weight": 7}
    assert added(await patched(rest, body, updateMask="brand")) == {"brand": "Beta", "weight": 1.5}
    assert added(await patched(rest, {}, updateMask="weight")) == {"brand": "Beta"}


@pytest.mark.usefixtures("vim")
async def test_put_writes_it_and_removes_it(rest: httpx.AsyncClient) -> None:
    put = await rest.put("/v1/items/vim", json={"name": "Vim", "brand": "Beta"})
    assert added(put.json()) == {"brand": "Beta"}
    put = await rest.put("/v1/items/vim", json={"name": "Vim"})
    assert added(put.json()) == {}


@pytest.mark.usefixtures("vim")
async def test_a_batch_writes_it(rest: httpx.AsyncClient) -> None:
    writes = [
        {"update": {"item": {"id": "vim", "brand": "Beta"}}},
        {"update": {"item": {"id": "vim", "brand": "Lost"}, "updateMask": "weight"}},
        {"create": {"item": {"id": "ed", "name": "ed", "weight": "2.5"}}},
        {"replace": {"item": {"id": "sed", "name": "sed", "brand": "Acme"}}},
    ]
    body = {"writes": writes, "allowPartial": True}
    answer = await rest.post("/v1/items:batchWrite", json=body)
    written = [added(result["item"]) for result in answer.json()["results"]]
    assert written == [
        {"brand": "Beta", "weight": 1.5},
        {"brand": "Beta"},
        {"weight": 2.5},
        {"brand": "Acme"},
    ]


@pytest.mark.usefixtures("vim")
async def test_the_history_has_it(rest: httpx.AsyncClient) -> None:
    await patched(rest, {"brand": "Beta"})
    revisions = (await rest.get("/v1/items/vim/revisions")).json()["revisions"]
    assert [added(each["item"])["brand"] for each in revisions] == ["Beta", "Acme"]
    past = await rest.get("/v1/items/vim", params={"revision": "1"})
    assert added(past.json()) == {"brand": "Acme", "weight": 1.5}


async def test_a_double_may_be_infinite(rest: httpx.AsyncClient) -> None:
    created = await rest.post("/v1/items", json=VIM | {"weight": "Infinity"})
    assert created.json()["weight"] == "Infinity"


@pytest.mark.parametrize(
    ("name", "value", "detail"),
    [
        ("brand", "x" * 13, "must have at most 12 characters"),
        ("brand", 7, "must be a string"),
        ("weight", -0.5, "must be at least 0"),
        ("weight", "NaN", "must be at least 0"),
        ("weight", "heavy", "must be a number, NaN, Infinity or -Infinity"),
    ],
)
async def test_rest_holds_it_to_its_limits(
    rest: httpx.AsyncClient, name: str, value: Any, detail: str
) -> None:
    refused = await rest.post("/v1/items", json=VIM | {name: value})
    assert refused.status_code == 400
    (violation,) = refused.json()["violations"]
    assert (violation["pointer"], violation["detail"]) == (f"/{name}", detail)


async def test_it_is_in_the_openapi_document(rest: httpx.AsyncClient) -> None:
    schemas = (await rest.get("/openapi.json")).json()["components"]["schemas"]
    forms = [name for name, schema in schemas.items() if "brand" in schema.get("properties", ())]
    assert {form.partition("-")[0] for form in forms} == {"Item", "ItemPatch", "ItemUpdate"}
    for form in forms:
        properties = schemas[form]["properties"]
        assert properties["brand"]["description"] == "Who makes the item."
        assert properties["brand"]["examples"] == ["Acme"]
        assert '"maxLength": 12' in json.dumps(properties["brand"])
        assert '"minimum": 0' in json.dumps(properties["weight"])


async def test_a_filter_does_not_know_it(rest: httpx.AsyncClient) -> None:
    refused = await rest.get("/v1/items", params={"filter": 'brand = "Acme"'})
    assert (refused.status_code, refused.json()["reason"]) == (400, "INVALID_FILTER")


# gRPC


@pytest.mark.usefixtures("vim")
async def test_a_mask_names_it(items: Any) -> None:
    updated = await items.UpdateItem(update(["brand"], brand="Beta", weight=7))
    assert (updated.brand, updated.weight) == ("Beta", 1.5)


@pytest.mark.usefixtures("vim")
async def test_a_mask_without_a_value_removes_it(items: Any) -> None:
    updated = await items.UpdateItem(update(["brand"]))
    assert (updated.HasField("brand"), updated.weight) == (False, 1.5)


@pytest.mark.usefixtures("vim")
async def test_without_a_mask_what_is_set_is_written(items: Any) -> None:
    updated = await items.UpdateItem(update(None, weight=0))
    assert (updated.brand, updated.weight, updated.HasField("weight")) == ("Acme", 0, True)


@pytest.mark.usefixtures("vim")
async def test_a_star_stands_for_it_too(items: Any) -> None:
    updated = await items.UpdateItem(update(["*"], name="Vi", weight=2))
    assert (updated.HasField("brand"), updated.weight) == (False, 2)


@pytest.mark.usefixtures("vim")
@pytest.mark.parametrize("path", ["brand.x", "brnd", "weight.*", "nicknames.0", "size.depth"])
async def test_a_mask_that_names_nothing_is_refused(items: Any, path: str) -> None:
    with pytest.raises(aio.AioRpcError, match=path.replace("*", r"\*")) as refused:
        await items.UpdateItem(update([path]))
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(("name", "value"), [("brand", "x" * 13), ("weight", -0.5)])
async def test_grpc_holds_it_to_its_limits(items: Any, name: str, value: Any) -> None:
    item = pb.Item(**VIM | {name: value})
    with pytest.raises(aio.AioRpcError) as refused:
        await items.CreateItem(pb.CreateItemRequest(item=item))
    assert list(violations(refused.value)) == [f"item.{name}"]


@pytest.mark.usefixtures("vim")
async def test_a_watch_tells_it(items: Any) -> None:
    watch = items.WatchItems(pb.WatchItemsRequest(from_revision=0, include_previous=True))
    await items.UpdateItem(update(["brand"], brand="Beta"))
    changes: list[Any] = []
    async for message in watch:
        commits = message.commits.commits
        changes += (change for commit in commits for change in commit.changes)
        if len(changes) == 2:
            break
    watch.cancel()
    assert [change.item.brand for change in changes] == ["Acme", "Beta"]
    assert changes[1].previous.brand == "Acme"


# The Python client


async def test_the_client_takes_it_as_a_keyword(client: Any) -> None:
    created = await client.create(id="vim", name="Vim", brand="Acme", weight=1.5)
    assert (created.brand, created.weight) == ("Acme", 1.5)
    updated = await client.update("vim", brand=None, weight=2)
    assert (updated.HasField("brand"), updated.weight) == (False, 2)
    replaced = await client.replace(updated, brand="Beta")
    assert (replaced.brand, replaced.weight) == ("Beta", 2)


async def test_a_batch_of_the_client_takes_it(client: Any) -> None:
    create: Any = writes.create
    answer = await client.batch_write([create(id="vim", name="Vim", brand="Acme")])
    assert answer.results[0].item.brand == "Acme"


# Fields of other kinds


async def test_a_part_is_merged_by_a_patch_and_by_a_mask(
    rest: httpx.AsyncClient, items: Any, client: Any
) -> None:
    await client.create(id="vim", name="Vim", size=pb.Size(width=1, height=2))
    assert (await patched(rest, {"size": {"width": 3}}))["size"] == {"width": 3, "height": 2}
    assert (await patched(rest, {"size": {"height": None}}))["size"] == {"width": 3}
    size = (await items.UpdateItem(update(["size.height"], size=pb.Size(height=5)))).size
    assert (size.width, size.height) == (3, 5)
    size = (await client.update("vim", size=pb.Size(width=7))).size
    assert (size.width, size.HasField("height")) == (7, False)
    assert "size" not in await patched(rest, {"size": None})
    untouched = await items.UpdateItem(update(["size.width"]))
    assert not untouched.HasField("size")


STOCK = st.dictionaries(st.sampled_from(["a", "b.c", "`"]), st.sampled_from(["0", "7", None]))
SIZE = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("width", "height"), st.sampled_from([1, 2.5, None]))
)
NOTES = st.dictionaries(
    st.sampled_from("xy"), st.sampled_from([None, 1, {"z": None}, {"z": [1]}, {}])
)
patches = st.fixed_dictionaries(
    {},
    optional={
        "brand": st.text("ab", max_size=3) | st.none(),
        "weight": st.sampled_from([0, 1.5, None]),
        "size": SIZE | st.none(),
        "stock": STOCK | st.none(),
        "nicknames": st.lists(st.sampled_from(["v", "w"]), unique=True) | st.none(),
        "warranty": st.sampled_from(["0s", "-2.500s", None]),
        "attributes": NOTES | st.none(),
    },
)


@given(before=patches, patch=patches)
@settings(max_examples=150, deadline=None)
def test_a_patch_is_a_json_merge_patch(before: dict[str, Any], patch: dict[str, Any]) -> None:
    item = pb.Item(id="vim", name="Vim")
    for body in (before, patch):
        model = ItemPatch.model_validate(body)
        mask = update(list(mask_of(model).paths))
        apply_mask(effective_mask(mask), item_patch_to_proto(model), item)
    expected = merge_patch(merge_patch({"id": "vim", "name": "Vim"}, before), patch)
    assert without_empty(item_to_json(item)) == without_empty(expected)


def without_empty(value: Any) -> Any:
    """*value* without objects and lists that have nothing: a message cannot tell most of them."""
    if not isinstance(value, dict):
        return value
    kept = {key: without_empty(inner) for key, inner in value.items()}
    return {key: inner for key, inner in kept.items() if inner not in ({}, [])}


async def test_a_map_is_written_entry_by_entry(
    rest: httpx.AsyncClient, items: Any, client: Any
) -> None:
    await client.create(id="vim", name="Vim", stock={"a.b": 1, "c`d": 2**60})
    changed = await patched(rest, {"stock": {"c`d": None, "e": 3}})
    assert changed["stock"] == {"a.b": "1", "e": "3"}
    stock = (await items.UpdateItem(update(["stock.a.b", "stock.`e`"], stock={"e": 4}))).stock
    assert dict(stock) == {"e": 4}
    stock = (await client.update("vim", stock={"e": None, "f": 0})).stock
    assert dict(stock) == {"f": 0}
    assert "stock" not in await patched(rest, {"stock": None})


async def test_a_list_is_replaced_as_a_whole(
    rest: httpx.AsyncClient, items: Any, client: Any
) -> None:
    await client.create(id="vim", name="Vim", nicknames=["vi", "vee"])
    assert (await patched(rest, {"nicknames": ["v"]}))["nicknames"] == ["v"]
    updated = await items.UpdateItem(update(["nicknames"], nicknames=["w", "x"]))
    assert updated.nicknames == ["w", "x"]
    assert "nicknames" not in await patched(rest, {"nicknames": None})
    refused = await rest.patch("/v1/items/vim", json={"nicknames": ["a", "a"]})
    assert refused.json()["violations"][0]["pointer"] == "/nicknames"


async def test_one_of_two_fields_takes_the_place_of_the_other(
    rest: httpx.AsyncClient, items: Any, client: Any
) -> None:
    await client.create(id="vim", name="Vim", shop="corner")
    changed = await patched(rest, {"plant": 7})
    assert (changed.get("shop"), changed["plant"]) == (None, "7")
    changed = await patched(rest, {"shop": "corner", "plant": None})
    assert (changed["shop"], changed.get("plant")) == ("corner", None)
    updated = await items.UpdateItem(update(["*"], name="Vim", plant=8))
    assert (updated.WhichOneof("source"), updated.plant) == ("plant", 8)
    refused = await rest.patch("/v1/items/vim", json={"shop": "corner", "plant": 8})
    assert refused.status_code == 400


async def test_a_duration_is_seconds(rest: httpx.AsyncClient, client: Any) -> None:
    created = await client.create(
        id="vim", name="Vim", warranty=Duration(seconds=2, nanos=5 * 10**8)
    )
    assert created.warranty.ToMilliseconds() == 2500
    assert (await rest.get("/v1/items/vim")).json()["warranty"] == "2.500s"
    assert (await patched(rest, {"warranty": "-7s"}))["warranty"] == "-7s"


@pytest.mark.parametrize("seconds", [2**60, -(2**60)])
async def test_a_duration_that_json_cannot_say_is_refused(items: Any, seconds: int) -> None:
    item = pb.Item(id="vim", name="Vim", warranty=Duration(seconds=seconds))
    with pytest.raises(aio.AioRpcError) as refused:
        await items.CreateItem(pb.CreateItemRequest(item=item))
    assert list(violations(refused.value)) == ["item.warranty"]


async def test_what_is_immutable_is_written_once(
    rest: httpx.AsyncClient, items: Any, client: Any
) -> None:
    await client.create(id="vim", name="Vim", origin="Delft")
    assert (await patched(rest, {"name": "Vi", "origin": "Delft"}))["origin"] == "Delft"
    for refused in (
        await rest.patch("/v1/items/vim", json={"origin": "Ghent"}),
        await rest.patch("/v1/items/vim", json={"origin": None}),
        await rest.put("/v1/items/vim", json={"name": "Vim"}),
    ):
        (violation,) = refused.json()["violations"]
        assert violation["detail"] == "must stay as it was created"
    with pytest.raises(aio.AioRpcError, match="must stay as it was created"):
        await items.UpdateItem(update(["*"], name="Vim"))


# The command


async def run(address: str, *arguments: str, stdin: str = "") -> Outcome:
    outcome = await run_items(*arguments, "--grpc", address, stdin=stdin.encode())
    assert outcome.code == 0, outcome
    return outcome


async def test_it_is_imported_as_it_was_listed(address: str, client: Any) -> None:
    await client.create(**VIM, stock={"a": 2}, size=pb.Size(width=1), origin="Delft")
    before = await client.get("vim")
    line = (await run(address, "list", "--json")).out
    assert added(json.loads(line)) == {"brand": "Acme", "weight": 1.5}
    again = await run(address, "import", "-", stdin=line)
    assert "1 unchanged" in again.out
    changed = json.dumps(json.loads(line) | {"brand": "Beta", "weight": 3})
    await run(address, "import", "-", stdin=changed)
    after = await client.get("vim")
    assert (after.brand, after.weight, after.stock) == ("Beta", 3, before.stock)


@pytest.mark.usefixtures("vim")
async def test_get_prints_it(address: str, client: Any) -> None:
    await client.update("vim", nicknames=["vi"], size=pb.Size(width=1), stock={"a": 2})
    rows = [line.split() for line in (await run(address, "get", "vim")).out.splitlines()]
    for row in (
        ["brand", "Acme"],
        ["weight", "1.5"],
        ["nicknames", '["vi"]'],
        ["size.width", "1"],
        ["stock.a", "2"],
    ):
        assert row in rows


@pytest.mark.usefixtures("vim")
async def test_watch_prints_that_it_changed(address: str, client: Any) -> None:
    await client.update("vim", brand="Beta")
    await client.update("vim", weight=0, stock={"a": 1})
    await client.update("vim", weight=None, size=pb.Size(width=1))
    outcome = await run(address, "watch", "--from", "0", "--previous", "--limit", "4")
    assert [line.partition("  (")[2] for line in outcome.out.splitlines()] == [
        "",
        "changed: brand)",
        "changed: weight stock.a)",
        "changed: weight size)",
    ]
    told = await run(address, "watch", "--from", "0", "--json", "--limit", "1")
    assert added(json.loads(told.out)["changes"][0]["item"]) == {"brand": "Acme", "weight": 1.5}


# Events


async def test_an_event_carries_it_as_the_asyncapi_document_says() -> None:
    item = pb.Item(**VIM, stock={"a": 2}, size=pb.Size(width=1), revision=1, etag="1")
    item.create_time.GetCurrentTime()
    item.update_time.CopyFrom(item.create_time)
    change = pb.ItemChange(kind=pb.CHANGE_KIND_CREATED, item=item)
    (event,) = EventMaker("store").events(pb.ItemChanges(revision=1, changes=[change]))
    data = json.loads(event.data)
    assert added(data) == {"brand": "Acme", "weight": 1.5}
    schema = item_schema()
    assert schema["properties"]["brand"]["maxLength"] == 12
    assert {field.json_name for field in pb.Item.DESCRIPTOR.fields} == set(schema["properties"])
    validator = jsonschema_rs.Draft7Validator(schema)
    assert validator.is_valid(data)
    assert not validator.is_valid(data | {"brand": "x" * 13})


def item_schema() -> Any:
    """What the document of the contract that this runs over says of an item."""
    document = yaml.safe_load(Path(os.environ[PLACE], "docs", "asyncapi.yaml").read_text())
    return document["components"]["schemas"]["Item"]


async def test_a_line_names_it(vim: Any) -> None:
    change = pb.ItemChange(kind=pb.CHANGE_KIND_UPDATED, item=vim, previous=pb.Item(id="vim"))
    (line,) = change_lines(pb.ItemChanges(revision=2, changes=[change]))
    assert line.endswith("(changed: name brand weight)")
