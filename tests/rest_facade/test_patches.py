"""What a PATCH writes: what its body names, or what `updateMask` says."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from items.v1.items_fields import ITEM_WRITABLE
from items.v1.items_models import Item

pytestmark = pytest.mark.asyncio(loop_scope="module")

VIM = "/v1/items/vim"
MERGE_PATCH = {"content-type": "application/merge-patch+json"}


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def vim(shared_rest: httpx.AsyncClient) -> None:
    """An item with something in every field."""
    await shared_rest.put(
        VIM,
        json={
            "name": "Vim",
            "description": "An editor.",
            "labels": {"section": "editors", "tier.x/y": "gold"},
            "attributes": {"version": "9.1", "size": {"disk": 4, "unit": "MB"}},
        },
    )


PATCHES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"name": "Vim 9"}, {"name": "Vim 9"}),
    ({"description": None}, {"description": None}),
    ({"description": ""}, {"description": ""}),
    ({"labels": {"a": "b"}}, {"labels": {"section": "editors", "tier.x/y": "gold", "a": "b"}}),
    ({"labels": {"tier.x/y": None}}, {"labels": {"section": "editors"}}),
    ({"labels": None}, {"labels": None}),
    ({"labels": {}}, {}),
    (
        {"attributes": {"size": {"unit": None, "disk": 5}, "new": [1, None]}},
        {"attributes": {"version": "9.1", "size": {"disk": 5}, "new": [1, None]}},
    ),
    ({"attributes": {"version": None}}, {"attributes": {"size": {"disk": 4, "unit": "MB"}}}),
    ({"attributes": None}, {"attributes": None}),
    ({}, {}),
    ({"revision": "99", "createTime": "nonsense"}, {}),
]
"""Bodies, and what they change."""


@pytest.mark.parametrize("headers", [{}, MERGE_PATCH], ids=["json", "merge-patch"])
@pytest.mark.parametrize(("patch", "changes"), PATCHES, ids=[str(patch) for patch, _ in PATCHES])
async def test_a_patch_changes_what_its_body_names_and_nothing_else(
    shared_rest: httpx.AsyncClient,
    patch: dict[str, Any],
    changes: dict[str, Any],
    headers: dict[str, str],
) -> None:
    before = (await shared_rest.get(VIM)).json()
    response = await shared_rest.patch(VIM, json=patch, headers=headers)
    assert response.status_code == 200
    expected = {**before, **changes}
    after, names = response.json(), Item.json_names()
    for name in (names[writable] for writable in ITEM_WRITABLE):
        assert after.get(name) == expected.get(name)


async def test_an_update_mask_wins_over_the_keys_of_the_body(
    shared_rest: httpx.AsyncClient,
) -> None:
    body = {"name": "Vim 9", "labels": {"section": "text", "a": "b"}}
    response = await shared_rest.patch(VIM, params={"updateMask": "labels.section"}, json=body)
    assert response.json()["name"] == "Vim"
    assert response.json()["labels"] == {"section": "text", "tier.x/y": "gold"}


async def test_a_path_of_the_mask_without_a_value_is_removed(
    shared_rest: httpx.AsyncClient,
) -> None:
    mask = {"updateMask": "description,attributes.size.unit"}
    item = (await shared_rest.patch(VIM, params=mask, json={})).json()
    assert "description" not in item
    assert item["attributes"]["size"] == {"disk": 4}


async def test_removing_the_name_is_refused_where_it_stands(shared_rest: httpx.AsyncClient) -> None:
    response = await shared_rest.patch(VIM, json={"name": None})
    assert response.status_code == 400
    assert response.json()["violations"][0]["pointer"] == "/name"


async def test_a_patch_of_nothing_is_no_new_version(shared_rest: httpx.AsyncClient) -> None:
    before = await shared_rest.get(VIM)
    response = await shared_rest.patch(VIM, json={"name": "Vim"})
    assert response.headers["etag"] == before.headers["etag"]


async def test_a_missing_item_is_created_if_that_is_allowed(shared_rest: httpx.AsyncClient) -> None:
    refused = await shared_rest.patch("/v1/items/ed", json={"name": "ed"})
    created = await shared_rest.patch("/v1/items/ed?allowMissing=true", json={"name": "ed"})
    assert refused.status_code == 404
    assert (created.status_code, created.headers["location"]) == (201, "/v1/items/ed")


async def test_the_id_in_the_body_must_be_that_of_the_path(shared_rest: httpx.AsyncClient) -> None:
    same = await shared_rest.patch(VIM, json={"id": "vim", "name": "Vim 9"})
    for response in (
        await shared_rest.patch(VIM, json={"id": "ed", "name": "ed"}),
        await shared_rest.put(VIM, json={"id": "ed", "name": "ed"}),
    ):
        assert response.status_code == 400
        assert response.json()["violations"][0]["pointer"] == "/id"
    assert same.status_code == 200
