"""Fields of other kinds than text and numbers."""

from typing import Any

import httpx
import pytest
from google.protobuf.duration_pb2 import Duration
from grpc import aio

from tests.promises.ways.item import patched, pb, update, violations


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
