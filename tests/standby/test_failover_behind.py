"""A failover to a standby that was behind: what is lost is told, and never mistaken for new."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from grpc import aio
from structlog.testing import capture_logs

from grpc_server.reads.replica import State
from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from items_client import ItemsClient, SnapshotPart
from items_events.broker_clients import open_publisher
from items_events.brokers.broker_url import publisher_url
from tests.grpc_server.feed.recording import Recording, refused, watching
from tests.grpc_server.feed.writing import create, relabel, replace_many
from tests.grpc_server.serving.details import refusal
from tests.items_events.brokers import RUNNING
from tests.items_events.relaying import caught_up as published
from tests.items_events.relaying import relaying
from tests.needs import needs
from tests.servers import item_service
from tests.standby.behind import Pair, running_pair
from tests.standby.cluster import ask, follow, source, standby_of, until
from tests.standby.serving import PATIENT
from tests.standby.test_fallback import become, parts_of, read, write

LOST = "the database failed over: acknowledged writes are lost"


@pytest.fixture
def pair() -> Iterator[Pair]:
    with running_pair() as running:
        yield running


@asynccontextmanager
async def survivor(folder: Path, pair: Pair, name: str) -> AsyncIterator[ItemServiceStub]:
    """A server that looks for what others have written often, and is never told."""
    place = folder / name
    place.mkdir()
    settings: dict[str, Any] = {"store_notify": False, "store_poll_interval": 0.05}
    async with item_service(place, store=pair.url, **settings) as items:
        yield items


async def put(items: ItemServiceStub, item_id: str, name: str, etag: str = "") -> pb.Item:
    item = pb.Item(id=item_id, name=name, etag=etag)
    return await items.ReplaceItem(pb.ReplaceItemRequest(item=item))


async def failed_over(pair: Pair) -> None:
    await asyncio.to_thread(pair.fail_over)


async def told_of(logs: Sequence[Any], event: str) -> Sequence[Any]:
    """The lines of *event*, when there are some."""
    await asyncio.to_thread(until, lambda: any(line["event"] == event for line in logs))
    return [line for line in logs if line["event"] == event]


async def test_no_revision_is_given_twice_and_what_is_lost_is_told(
    folder: Path, pair: Pair
) -> None:
    async with survivor(folder, pair, "one") as one, survivor(folder, pair, "two") as two:
        kept = await put(one, "vim", "kept")
        assert pair.part() == kept.revision
        lost = [await put(one, "vim", "lost"), await put(two, "ed", "lost")]
        lost += [await put(one, "vim", f"lost {number}") for number in range(3)]
        with capture_logs() as logs:
            await failed_over(pair)
            new = [await put(two, "vim", "new", etag=kept.etag), await put(one, "ed", "new")]
            line, *_ = await told_of(logs, LOST)
        with pytest.raises(aio.AioRpcError) as stale:
            await put(one, "vim", "stale", etag=lost[-1].etag)
    assert min(item.revision for item in new) > max(item.revision for item in lost)
    assert refusal(stale.value).reason == "ETAG_MISMATCH"
    assert line["log_level"] == "error"
    assert line["kept_up_to"] == kept.revision
    assert 1 <= line["lost_revisions"] <= len(lost)


async def test_no_watcher_of_a_surviving_server_misses_a_new_commit(
    folder: Path, pair: Pair
) -> None:
    async with survivor(folder, pair, "one") as one, survivor(folder, pair, "two") as two:
        await create(one, "vim")
        kept = await asyncio.to_thread(pair.part)
        async with watching(two, from_revision=0) as ahead, watching(two, from_revision=0) as level:
            await level.reach(kept)
            lost = await relabel(one, "vim", "lost")
            await ahead.reach(lost)
            await failed_over(pair)
            cut = refusal(await ahead.end())
            assert (cut.code, cut.reason) == ("UNAVAILABLE", "STORE_FAILED_OVER")
        new = await create(one, "new")
        again = refusal(await refused(two, from_revision=lost))
        resumed = pb.WatchItemsRequest(from_revision=kept)
        call = two.WatchItems(resumed)
        recording = Recording(call, resumed)  # it goes over the lost revisions in one step
        await recording.reach(new)
        call.cancel()
    assert (again.code, again.reason) == ("OUT_OF_RANGE", "REVISION_COMPACTED")
    assert [change.item.id for change in recording.changes] == ["new"]


async def test_the_client_that_follows_a_snapshot_ends_up_with_what_there_is(
    folder: Path, pair: Pair
) -> None:
    async with survivor(folder, pair, "one") as one:
        await create(one, "vim")
        await asyncio.to_thread(pair.part)
        async with ItemsClient(f"unix:{folder}/one/grpc.sock") as client:
            seen: dict[str, pb.Item] = {}
            following = asyncio.create_task(follow_into(seen, client))
            await create(one, "lost")
            await asyncio.to_thread(until, lambda: "lost" in seen)
            await failed_over(pair)
            await create(one, "new")
            await asyncio.to_thread(until, lambda: sorted(seen) == ["new", "vim"])
            following.cancel()


async def follow_into(seen: dict[str, pb.Item], client: ItemsClient) -> None:
    """Keep *seen* as the items are."""
    async with client.watch(snapshot=True) as watch:
        async for event in watch:
            if isinstance(event, SnapshotPart):
                if event.is_first:
                    seen.clear()
                seen.update((item.id, item) for item in event.items)
            elif isinstance(event, pb.ItemChanges):
                seen.update((change.item.id, change.item) for change in event.changes)


async def test_a_server_that_has_seen_nothing_knows_of_the_promotion(
    folder: Path, pair: Pair
) -> None:
    async with survivor(folder, pair, "old") as old:
        await create(old, "vim")
        await asyncio.to_thread(pair.part)
        lost = await replace_many(old, "Lost", 20)
    await failed_over(pair)
    async with survivor(folder, pair, "new") as new:
        assert await create(new, "new") > lost


@pytest.mark.parametrize("name", ["redis", "nats"])
async def test_no_broker_drops_a_new_event(folder: Path, pair: Pair, name: str) -> None:
    needs(name)
    place = folder / "broker"
    place.mkdir()
    async with (
        RUNNING[name](place) as broker,
        survivor(folder, pair, "one") as one,
        ItemsClient(f"unix:{folder}/one/grpc.sock") as client,
    ):
        async with open_publisher(publisher_url(broker.url())) as publisher:
            await publisher.declare()
        async with relaying(client, broker.url()):
            await create(one, "vim")
            await published(client, broker.url())
            await asyncio.to_thread(pair.part)
            await replace_many(one, "Lost", 20)
            await published(client, broker.url())
            await failed_over(pair)
            new = [await create(one, f"new-{number}") for number in range(30)]
            await published(client, broker.url())
        places = [message.place[0] for message in await broker.messages()]
    assert places[-len(new) :] == new


async def test_a_read_replica_of_before_the_failover_is_not_read_from(
    folder: Path, pair: Pair
) -> None:
    with standby_of(pair.primary, "left") as left:
        settings = {"store": pair.url, "read_store": left.url, "store_poll_interval": 0.05}
        async with parts_of(folder, **settings, **PATIENT) as parts:
            await write(parts, "vim")
            await asyncio.to_thread(pair.part)
            await write(parts, "lost")
            await become(parts.standby, State.READ)
            await failed_over(pair)
            await write(parts, "new")
            await become(parts.standby, State.LAGGING)
            assert (await read(parts, "new")).id == "new"
            left.stop()
            await asyncio.to_thread(follow, left, pair.standby, "left")
            await become(parts.standby, State.READ)


def test_the_standby_is_followed_by_the_source_that_it_is_told(pair: Pair) -> None:
    """The helper that parts them takes the source away, and nothing else."""
    assert ask(pair.standby, "SHOW primary_conninfo") == source(pair.primary, "standby")
    pair.part()
    assert ask(pair.standby, "SHOW primary_conninfo") == ""
