"""Bookmarks: a quiet watch is told how far it has come."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from items.v1.items_pb2_grpc import ItemServiceStub
from tests.grpc_server.feed.recording import watching
from tests.grpc_server.feed.writing import create
from tests.servers import item_service

NOTHING = 'name = "no item is called so"'


@pytest.fixture
async def quick(folder: Path) -> AsyncIterator[ItemServiceStub]:
    """A server whose bookmarks come soon."""
    async with item_service(folder, watch_bookmark_interval=0.05) as stub:
        yield stub


async def test_a_quiet_watch_is_told_that_it_is_up_to_date(quick: ItemServiceStub) -> None:
    await create(quick, "a")
    async with watching(quick) as watch:
        for _ in range(3):
            await watch.next()
    assert [message.bookmark.revision for message in watch.messages] == [1, 1, 1, 1]


async def test_a_watch_that_is_shown_nothing_is_told_how_far_it_has_come(
    quick: ItemServiceStub,
) -> None:
    async with watching(quick, filter=NOTHING) as watch:
        for name in ("a", "b", "c"):
            await create(quick, name)
        await watch.reach(3)
    assert watch.commits == []
    assert watch.messages[-1].bookmark.revision == 3


async def test_a_watch_that_is_shown_nothing_of_a_busy_store_is_told_too(
    quick: ItemServiceStub,
) -> None:
    async with watching(quick, filter=NOTHING) as watch:
        number = 0
        while watch.revision <= 20:
            number += 1
            await create(quick, f"i{number}")
            if number % 20 == 0:
                await watch.next()
    assert all(message.HasField("bookmark") for message in watch.messages)


async def test_a_busy_watch_needs_no_bookmarks(folder: Path) -> None:
    async with item_service(folder) as items, watching(items) as watch:
        for number in range(20):
            await watch.reach(await create(items, f"i{number}"))
    assert not any(message.HasField("bookmark") for message in watch.messages[1:])


async def test_a_bookmark_can_be_resumed_from(quick: ItemServiceStub) -> None:
    async with watching(quick, filter=NOTHING) as watch:
        await create(quick, "a")
        await watch.reach(1)
        cursor = watch.messages[-1].bookmark
    async with watching(quick, from_revision=cursor.revision, store_id=cursor.store_id) as resumed:
        await resumed.reach(await create(quick, "b"))
    assert [change.item.id for change in resumed.changes] == ["b"]
