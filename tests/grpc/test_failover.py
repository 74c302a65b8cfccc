"""Reads of a database that went back, before and after the server has noticed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from grpc import aio
from sqlalchemy import text

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.dialects import new_store_url, stores_on
from tests.feed.writing import create
from tests.grpc.details import refusal
from tests.new_stores import engine_at
from tests.servers import item_service

UNAWARE = {"store_poll_interval": 600, "store_notify": False, "min_revision_wait": 0.1}
"""A server that looks for what became of the store only when it writes."""


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    (place := folder / "store").mkdir()
    with stores_on("postgresql", place):
        yield new_store_url(place)


def go_back(url: str) -> None:
    """Let the store be as after its first write, on another timeline."""
    with engine_at(url) as engine, engine.begin() as connection:
        connection.execute(text("DELETE FROM changes WHERE revision > 1"))
        connection.execute(text("DELETE FROM items WHERE revision > 1"))
        connection.execute(text("UPDATE store SET revision = 1, timeline = timeline - 1"))


async def found(items: ItemServiceStub, least: int) -> list[str]:
    """The items that there are, at *least* or later: one by one, and in a list."""
    batch = await items.BatchGetItems(
        pb.BatchGetItemsRequest(ids=["kept", "lost"], min_revision=least)
    )
    listed = await items.ListItems(pb.ListItemsRequest(min_revision=least))
    assert {item.id for item in batch.items} <= {item.id for item in listed.items}
    return [item.id for item in batch.items]


async def test_a_read_of_what_is_lost_is_refused_until_the_step_and_answered_after_it(
    folder: Path, url: str
) -> None:
    async with item_service(folder, store=url, **UNAWARE) as items:
        await create(items, "kept")
        lost = await create(items, "lost")
        assert await found(items, lost) == ["kept", "lost"]
        go_back(url)
        for call in (
            items.GetItem(pb.GetItemRequest(id="kept", min_revision=lost)),
            items.ListItems(pb.ListItemsRequest(min_revision=lost)),
        ):
            with pytest.raises(aio.AioRpcError) as refused:
                await call
            assert refusal(refused.value).reason == "REVISION_NOT_REACHED"
        assert await create(items, "new") > lost
        assert await found(items, lost) == ["kept"]
