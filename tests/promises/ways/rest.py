"""Over REST."""

import json
from typing import Any

import httpx
import pytest

from tests.promises.ways.item import VIM, added, patched


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
