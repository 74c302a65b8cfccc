"""From the store to what is live, while others write."""

import asyncio
import random
from pathlib import Path

from grpc_server.main import serving
from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from items_client.channel import open_channel
from tests.grpc_server.feed.recording import Recording, watching
from tests.grpc_server.feed.writing import create, delete, replace_many, undelete
from tests.servers import item_service, server_settings

TINY = 16 * 1024
"""A buffer that holds a few commits only."""


async def test_what_was_written_before_the_server_began_is_told(folder: Path) -> None:
    async with item_service(folder) as items:
        for name in ("one", "two", "three"):
            await replace_many(items, name, 900)
    async with item_service(folder) as items, watching(items, from_revision=0) as watch:
        await watch.reach(await create(items, "last"))
    assert [commit.revision for commit in watch.commits] == list(range(1, 2702))


async def test_what_the_buffer_no_longer_holds_is_told_from_the_store(folder: Path) -> None:
    async with item_service(folder, watch_buffer_bytes=TINY) as items:
        await replace_many(items, "one", 500)
        await create(items, "last")
        async with watching(items, from_revision=100) as watch:
            await watch.reach(501)
    assert [commit.revision for commit in watch.commits] == list(range(101, 502))


async def test_a_revision_larger_than_a_message_comes_as_a_whole(folder: Path) -> None:
    address = f"unix:{folder}/grpc.sock"
    settings = server_settings(folder, grpc_max_message_bytes=32 << 20)
    async with serving(settings), open_channel(address) as channel:
        items = ItemServiceStub(channel)
        async with watching(items) as live:
            ids = [f"i{number}" for number in range(1000)]
            await live.reach(await create(items, *ids, description="ü" * 4096))
        async with watching(items, from_revision=0) as later:
            await later.reach(1)
    assert later.commits == live.commits
    assert len(live.changes) == 1000
    assert live.commits[0].ByteSize() > 4 << 20


async def test_concurrent_writers_are_told_without_a_gap_wherever_a_watch_begins(
    folder: Path,
) -> None:
    """Watches begin at random, from the store and live; all tell the same history."""
    chance = random.Random(1)  # noqa: S311  # not a secret
    async with item_service(folder, watch_buffer_bytes=128 * 1024) as items:
        await replace_many(items, "before", 300)
        recordings: list[Recording] = []
        async with asyncio.TaskGroup() as tasks:
            writers = [tasks.create_task(write(items, f"w{n}", 60)) for n in range(4)]
            for _ in range(8):
                begin = chance.choice([0, 150, 290, None])
                recordings.append(await begin_watch(tasks, items, writers, begin))
                await create(items, f"extra{len(recordings)}")
        newest = (await items.ListItems(pb.ListItemsRequest(page_size=1))).revision
        history = await told_from(items, 0, newest)
    assert history[-1].revision == newest
    for recording in recordings:
        first, last = recording.commits[0].revision, recording.commits[-1].revision
        assert recording.commits == history[first - 1 : last]
        assert last > 300 + 4 * 60


async def test_the_feed_tells_what_the_history_of_each_item_tells(
    items: ItemServiceStub,
) -> None:
    async with watching(items) as watch:
        await asyncio.gather(*(write(items, name, 20) for name in ("a", "b", "c")))
        await watch.reach(60)
    for item_id in ("a", "b", "c"):
        answer = await items.ListItemRevisions(pb.ListItemRevisionsRequest(id=item_id))
        told = [
            (commit.revision, change.kind, change.item)
            for commit in watch.commits
            for change in commit.changes
            if change.item.id == item_id
        ]
        assert told == [(each.revision, each.kind, each.item) for each in answer.revisions][::-1]


async def write(items: ItemServiceStub, item_id: str, times: int) -> None:
    """Create an item, then delete and undelete it by turns."""
    await create(items, item_id)
    for number in range(times - 1):
        await (delete if number % 2 == 0 else undelete)(items, item_id)


async def begin_watch(
    tasks: asyncio.TaskGroup,
    items: ItemServiceStub,
    writers: list[asyncio.Task[None]],
    begin: int | None,
) -> Recording:
    """Begin a watch that goes on until all *writers* are done, and everything is told."""
    begun: asyncio.Future[Recording] = asyncio.get_running_loop().create_future()

    async def follow() -> None:
        async with watching(items, from_revision=begin) as watch:
            begun.set_result(watch)
            await asyncio.gather(*(asyncio.shield(writer) for writer in writers))
            newest = await create(items, f"last{id(watch)}")
            await watch.reach(newest)

    tasks.create_task(follow())
    return await begun


async def told_from(items: ItemServiceStub, begin: int, end: int) -> list[pb.ItemChanges]:
    """The history as one watch from the store tells it."""
    async with watching(items, from_revision=begin) as watch:
        await watch.reach(end)
    return watch.commits
