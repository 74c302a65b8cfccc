"""Large answers are the same as small ones, and are written while others have their turn."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from items.v1 import items_pb2 as pb
from items.v1.items_converters import item_to_json, list_items_response_to_json
from rest_facade.requests.time_slices import LONG, Turns
from tests.servers import item_service, rest_client

ITEMS = 100
"""Of 12 KiB each."""


def large_item(number: int) -> pb.Item:
    item = pb.Item(id=f"large-{number:03}", name="Large")
    item.attributes.update({"list": [None] * 2500, "text": 'ä"\\' * 300})
    return item


async def test_a_large_page_is_what_the_contract_says_of_its_items(folder: Path) -> None:
    async with (
        item_service(folder) as stub,
        rest_client(folder, f"unix:{folder}/grpc.sock") as rest,
    ):
        for number in range(ITEMS):
            await stub.CreateItem(pb.CreateItemRequest(item=large_item(number)))
        page = await stub.ListItems(pb.ListItemsRequest(page_size=1000))
        one = await stub.GetItem(pb.GetItemRequest(id="large-007"))
        ids = "&ids=".join(["none", *(item.id for item in page.items[:50])])
        found = await rest.get(f"/v1/items:batchGet?ids={ids}")
        assert (await rest.get("/v1/items?pageSize=1000")).json() == as_json(
            list_items_response_to_json(page)
        )
        assert (await rest.get("/v1/items/large-007")).json() == as_json(item_to_json(one))
        assert found.json()["missingIds"] == ["none"]
        assert found.json()["items"] == [as_json(item_to_json(each)) for each in page.items[:50]]


def as_json(value: dict[str, Any]) -> Any:
    return json.loads(json.dumps(value))


async def test_work_takes_turns_with_other_work_and_returns_its_result() -> None:
    told: list[str] = []

    def work(name: str) -> Any:
        for _ in range(3):
            began = time.perf_counter()
            while time.perf_counter() - began < LONG:
                pass
            told.append(name)
            yield
        return name

    turns = Turns()
    assert await asyncio.gather(*(turns.take(work(name)) for name in "ab")) == ["a", "b"]
    assert told == ["a", "b"] * 3


async def test_a_refusal_within_a_turn_leaves_the_turns_to_others() -> None:
    def refusing() -> Any:
        yield
        raise ValueError("refused")

    def working() -> Any:
        yield
        return 1

    turns = Turns()
    with pytest.raises(ValueError, match="refused"):
        await turns.take(refusing())
    assert await turns.take(working()) == 1
