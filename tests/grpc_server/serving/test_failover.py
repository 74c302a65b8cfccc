"""Reads of a database that went back, before and after the server has noticed."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from grpc import aio
from sqlalchemy import text

from grpc_server.database.opening import open_store
from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.dialects import new_store_url, stores_on
from tests.grpc_server.database.histories import add
from tests.grpc_server.feed.recording import Recording, watching
from tests.grpc_server.feed.writing import create
from tests.grpc_server.serving.details import refusal
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


async def test_a_live_watch_that_is_cut_and_resumed_misses_nothing_that_was_kept(
    folder: Path, url: str
) -> None:
    async with item_service(folder, store=url, **UNAWARE) as items:
        first = await create(items, "first")
        async with watching(items, from_revision=first - 1) as live:
            await live.reach(first)
            with closing(open_store(url)) as other:
                kept = [item.revision for item in add(other, pb.Item(id="a"), pb.Item(id="b"))]
                with other.write(seen=kept[-1] + 1):
                    pass
            new = await create(items, "new")
            cut = refusal(await live.end())
        resumed = pb.WatchItemsRequest(from_revision=live.revision)
        recording = Recording(items.WatchItems(resumed), resumed)
        await recording.reach(new)
    told = [commit.revision for commit in (*live.commits, *recording.commits)]
    assert told == [first, *kept, new]
    assert (cut.reason, cut.metadata["revision"]) == ("STORE_FAILED_OVER", str(live.revision))
