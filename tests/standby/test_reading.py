"""Reads go to the standby when it has what they need, and to the primary otherwise."""

import asyncio
from pathlib import Path

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.grpc_server.feed.recording import watching
from tests.grpc_server.feed.writing import create, relabel
from tests.postgresql import PostgresServer
from tests.servers import item_service
from tests.standby.cluster import locked, pause_replay, resume_replay
from tests.standby.serving import PATIENT, caught_up, urls


async def test_reads_without_a_revision_see_what_the_standby_shows(
    items: ItemServiceStub, server: PostgresServer, standby: PostgresServer
) -> None:
    await create(items, "seen")
    seen = await caught_up(items, server, standby)
    pause_replay(standby)
    await relabel(items, "seen", "gold")
    await create(items, "unseen")
    got = await items.GetItem(pb.GetItemRequest(id="seen"))
    batch = await items.BatchGetItems(pb.BatchGetItemsRequest(ids=["seen", "unseen"]))
    listed = await items.ListItems(pb.ListItemsRequest(filter='name = "*seen"'))
    versions = await items.ListItemRevisions(pb.ListItemRevisionsRequest(id="seen"))
    assert not got.labels
    assert batch.missing_ids == ["unseen"]
    assert [item.id for item in listed.items] == ["seen"]
    assert len(versions.revisions) == 1
    assert {batch.revision, listed.revision, versions.revision} == {seen}


async def test_reads_with_a_revision_see_it_while_the_standby_does_not(
    items: ItemServiceStub, standby: PostgresServer
) -> None:
    pause_replay(standby)
    least = await create(items, "a")
    got = await items.GetItem(pb.GetItemRequest(id="a", min_revision=least))
    past = await items.GetItem(pb.GetItemRequest(id="a", revision=least))
    batch = await items.BatchGetItems(pb.BatchGetItemsRequest(ids=["a"], min_revision=least))
    listed = await items.ListItems(pb.ListItemsRequest(page_size=1, min_revision=least))
    versions = await items.ListItemRevisions(
        pb.ListItemRevisionsRequest(id="a", min_revision=least)
    )
    assert {got.revision, past.revision, versions.revisions[0].revision} == {least}
    assert {batch.revision, listed.revision, versions.revision} == {least}


async def test_a_standby_that_is_behind_holds_up_a_read_no_longer_than_it_may(
    folder: Path, server: PostgresServer, standby: PostgresServer
) -> None:
    loop = asyncio.get_running_loop()
    settings = urls(server, standby) | PATIENT | {"read_store_wait": 0.2}
    async with item_service(folder, **settings) as items:
        await caught_up(items, server, standby)
        pause_replay(standby)
        least = await create(items, "held-up")
        began = loop.time()
        await items.GetItem(pb.GetItemRequest(id="held-up", min_revision=least))
        assert 0.2 <= loop.time() - began < 2


async def test_a_standby_that_stands_still_holds_up_one_read_and_not_each(
    folder: Path, server: PostgresServer, standby: PostgresServer
) -> None:
    loop = asyncio.get_running_loop()
    settings = urls(server, standby) | PATIENT | {"read_store_wait": 1}
    async with item_service(folder, **settings) as items:
        await caught_up(items, server, standby)
        pause_replay(standby)
        request = pb.GetItemRequest(id="still", min_revision=await create(items, "still"))
        await items.GetItem(request)
        began = loop.time()
        for _ in range(5):
            await items.GetItem(request)
        assert loop.time() - began < 1


async def test_a_read_waits_for_the_standby_that_is_about_to_have_it(
    folder: Path, server: PostgresServer, standby: PostgresServer
) -> None:
    settings = urls(server, standby) | PATIENT | {"read_store_wait": 30}
    async with item_service(folder, **settings) as items:
        await caught_up(items, server, standby)
        pause_replay(standby)
        least = await create(items, "awaited")
        request = pb.GetItemRequest(id="awaited", min_revision=least)
        reading = asyncio.create_task(get(items, request))
        done, _ = await asyncio.wait([reading], timeout=0.3)
        assert not done
        resume_replay(standby)
        assert (await reading).revision == least


async def get(items: ItemServiceStub, request: pb.GetItemRequest) -> pb.Item:
    """Get the item, in a task of its own."""
    return await items.GetItem(request)


async def test_a_list_goes_on_at_the_other_server(
    items: ItemServiceStub, server: PostgresServer, standby: PostgresServer
) -> None:
    for item_id in ("p1", "p2", "p3"):
        await create(items, item_id)
    await caught_up(items, server, standby)
    pause_replay(standby)
    least = await create(items, "p4")
    pages, token = [], ""
    for min_revision in (least, 0, least, least):
        page = await items.ListItems(
            pb.ListItemsRequest(
                page_size=1, filter='name = "p*"', page_token=token, min_revision=min_revision
            )
        )
        pages.append([item.id for item in page.items])
        token = page.next_page_token
    assert (pages, token) == ([["p1"], ["p2"], ["p3"], ["p4"]], "")


async def test_watches_catch_up_from_the_standby(
    folder: Path, server: PostgresServer, standby: PostgresServer
) -> None:
    async with item_service(folder, **urls(server, standby), **PATIENT) as items:
        await caught_up(items, server, standby)
        start = await create(items, "w1")
        last = await caught_up(items, server, standby)
    async with item_service(folder, **urls(server, standby), **PATIENT) as items:
        pause_replay(standby)  # or it would have the lock too
        with locked(server, "changes"):
            async with watching(items, from_revision=start - 1) as recording:
                await recording.reach(last)
    assert [change.item.id for change in recording.changes] == ["w1", "i0"]


async def test_a_watch_goes_on_from_the_primary_where_the_standby_ends(
    folder: Path, server: PostgresServer, standby: PostgresServer
) -> None:
    async with item_service(folder, **urls(server, standby), **PATIENT) as items:
        start = await caught_up(items, server, standby)
        pause_replay(standby)
        last = await create(items, "w2")
    async with (
        item_service(folder, **urls(server, standby), **PATIENT) as items,
        watching(items, from_revision=start - 1) as recording,
    ):
        await recording.reach(last)
    assert [change.item.id for change in recording.changes] == ["i0", "w2"]


async def test_the_past_is_read_of_a_standby_only_that_has_it(
    items: ItemServiceStub, standby: PostgresServer
) -> None:
    pause_replay(standby)
    revision = await create(items, "past")
    await relabel(items, "past", "gold")
    item = await items.GetItem(pb.GetItemRequest(id="past", revision=revision))
    assert (item.revision, dict(item.labels)) == (revision, {})
