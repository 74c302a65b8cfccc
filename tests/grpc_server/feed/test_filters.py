"""Watches with a filter: items enter the subscription, change in it, and leave it."""

from pathlib import Path

from grpc import aio

from grpc_server.main import serving
from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.clock import Clock
from tests.grpc_server.feed.recording import Recording, watching
from tests.grpc_server.feed.writing import create, delete, relabel, replace_many, undelete
from tests.servers import item_service, server_settings

GOLD = 'labels.tier = "gold"'
STAYS = pb.VIEW_CHANGE_UNSPECIFIED
ENTERED, LEFT = pb.VIEW_CHANGE_ENTERED, pb.VIEW_CHANGE_LEFT


def told(watch: Recording) -> list[tuple[int, str, pb.ViewChange.ValueType]]:
    """Revision, item and subscription change of each change."""
    return [
        (commit.revision, change.item.id, change.view_change)
        for commit in watch.commits
        for change in commit.changes
    ]


async def test_items_enter_and_leave_the_view(items: ItemServiceStub) -> None:
    async with watching(items, filter=GOLD) as watch:
        await create(items, "a", labels={"tier": "gold"})
        await create(items, "b", labels={"tier": "tin"})
        await relabel(items, "b", "gold")
        await relabel(items, "a", "gold")  # it is so already: no revision
        await relabel(items, "a", "tin")
        await relabel(items, "a", "lead")
        await delete(items, "b")
        await watch.reach(await undelete(items, "b"))
    assert told(watch) == [
        (1, "a", ENTERED),
        (3, "b", ENTERED),
        (4, "a", LEFT),
        (6, "b", LEFT),
        (7, "b", ENTERED),
    ]


async def test_a_change_within_the_view_is_neither(items: ItemServiceStub) -> None:
    await create(items, "a", labels={"tier": "gold"})
    async with watching(items, filter='name = "*" AND labels.tier = "*"') as watch:
        await watch.reach(await relabel(items, "a", "tin"))
    assert told(watch) == [(2, "a", STAYS)]


async def test_history_is_told_as_it_is_told_live(items: ItemServiceStub) -> None:
    async with watching(items, filter=GOLD, include_previous=True) as live:
        await create(items, "a", "b", labels={"tier": "gold"})
        await relabel(items, "a", "tin")
        await delete(items, "b")
        await live.reach(await undelete(items, "b"))
    async with watching(items, from_revision=0, filter=GOLD, include_previous=True) as later:
        await later.reach(4)
    assert later.commits == live.commits


async def test_of_a_revision_only_what_matches_is_told(items: ItemServiceStub) -> None:
    async with watching(items, filter='name = "a*"') as watch:
        await create(items, "b1", "b2")
        await watch.reach(await create(items, "a1", "b3", "a2"))
    assert told(watch) == [(2, "a1", ENTERED), (2, "a2", ENTERED)]


async def test_without_a_filter_nothing_enters_or_leaves(items: ItemServiceStub) -> None:
    async with watching(items) as watch:
        await create(items, "a")
        await watch.reach(await delete(items, "a"))
    assert told(watch) == [(1, "a", STAYS), (2, "a", STAYS)]


async def test_a_snapshot_has_only_what_matches(items: ItemServiceStub) -> None:
    await create(items, "a", labels={"tier": "gold"})
    await create(items, "b", labels={"tier": "tin"})
    async with watching(items, include_snapshot=True, filter=GOLD) as watch:
        assert [item.id for item in watch.items] == ["a"]
        await watch.reach(await relabel(items, "b", "gold"))
    assert told(watch) == [(3, "b", ENTERED)]


async def test_the_version_before_is_told_only_if_asked(items: ItemServiceStub) -> None:
    async with watching(items) as plain, watching(items, include_previous=True) as asked:
        await create(items, "a", labels={"tier": "tin"})
        last = await relabel(items, "a", "gold")
        await plain.reach(last)
        await asked.reach(last)
    assert [change.HasField("previous") for change in plain.changes] == [False, False]
    created, updated = asked.changes
    assert not created.HasField("previous")
    assert updated.previous == created.item


async def test_an_expiry_is_told_only_to_watches_without_a_filter(folder: Path) -> None:
    clock = Clock()
    settings = server_settings(folder, sweep_interval=0.05)
    async with serving(settings, clock) as address, aio.insecure_channel(address) as channel:
        items = ItemServiceStub(channel)
        async with watching(items) as every, watching(items, filter=GOLD) as gold:
            await create(items, "a", labels={"tier": "gold"})
            await delete(items, "a")
            clock.move(days=31)
            await every.reach(3)
            await gold.reach(await create(items, "b", labels={"tier": "gold"}))
    assert every.changes[-1].kind == pb.CHANGE_KIND_EXPIRED
    assert every.changes[-1].item.id == "a"
    assert told(gold) == [(1, "a", ENTERED), (2, "a", LEFT), (4, "b", ENTERED)]


async def test_a_filter_that_matches_little_of_a_long_history_catches_up(folder: Path) -> None:
    async with item_service(folder) as items:
        for name in ("one", "two", "three"):
            await replace_many(items, name, 1000)
        await create(items, "gold", labels={"tier": "gold"})
    async with (
        item_service(folder) as items,
        watching(items, from_revision=0, filter=GOLD) as watch,
    ):
        await watch.reach(3001)
    assert told(watch) == [(3001, "gold", ENTERED)]
