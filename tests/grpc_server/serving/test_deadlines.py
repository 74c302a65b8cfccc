"""What has a deadline ends at it, and so does what nobody waits for any more."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc import aio
from pysqlite3 import dbapi2

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.servers import item_service

ENDLESS = " OR ".join(f'attributes.x = "*{"a" * 30}{each}*"' for each in "bcdefghijklmnopqrstu")
SEARCHES = 4
"""More than run at a time."""


async def fill(items: ItemServiceStub) -> None:
    """Write so much that ENDLESS takes minutes."""
    for first in range(0, 300, 50):
        batch = pb.BatchWriteItemsRequest()
        for number in range(first, first + 50):
            item = batch.writes.add().replace.item
            item.id, item.name = f"large-{number}", "large"
            item.attributes["x"] = "a" * 60_000
        await items.BatchWriteItems(batch)


def search(items: ItemServiceStub, timeout: float) -> Any:
    return items.ListItems(pb.ListItemsRequest(filter=ENDLESS, page_size=1000), timeout=timeout)


async def assert_searches_are_answered(items: ItemServiceStub) -> None:
    request = pb.ListItemsRequest(filter='name = "l*"', page_size=1)
    answers = (items.ListItems(request, timeout=5) for _ in range(SEARCHES))
    assert [len(each.items) for each in await asyncio.gather(*answers)] == [1] * SEARCHES


async def test_searches_end_at_their_deadline(folder: Path) -> None:
    async with item_service(folder) as items:
        await fill(items)
        for each in [search(items, 0.5) for _ in range(SEARCHES)]:
            assert await each.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        await assert_searches_are_answered(items)


async def test_searches_end_when_their_client_hangs_up(folder: Path) -> None:
    async with item_service(folder) as items:
        await fill(items)
        searches = [search(items, 60) for _ in range(SEARCHES)]
        await items.GetItem(pb.GetItemRequest(id="large-1"))  # by now, they have begun
        for each in searches:
            each.cancel()
        await assert_searches_are_answered(items)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let nobody write to the database at *path* in the block."""
    with closing(dbapi2.connect(str(path), isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.usefixtures("dialect")
async def test_a_write_that_has_not_begun_at_its_deadline_is_never_applied(
    folder: Path,
) -> None:
    async with item_service(folder) as items:
        with locked(folder / "items.db"):
            writes = [
                items.CreateItem(
                    pb.CreateItemRequest(item=pb.Item(id=f"late-{n}", name="late")), timeout=0.3
                )
                for n in range(3)
            ]
            for each in writes:
                with pytest.raises(aio.AioRpcError) as refused:
                    await each
                assert refused.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        await items.CreateItem(pb.CreateItemRequest(item=pb.Item(id="next", name="next")))
        found = await items.ListItems(pb.ListItemsRequest())
    assert [item.id for item in found.items] == ["next"]
