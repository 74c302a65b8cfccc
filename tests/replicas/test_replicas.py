"""Several servers on one store: one order of revisions, and everybody sees it."""

import asyncio
from pathlib import Path
from uuid import uuid4

import grpc
import pytest
from grpc import aio

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.grpc_server.feed.recording import Recording, watching
from tests.grpc_server.feed.writing import create
from tests.replicas.serving import replicas

pytestmark = pytest.mark.timeout(50)  # less than the interval of NOTIFIED

WRITERS = 4
WRITES = 40

NOTIFIED = {"store_poll_interval": 60}
POLLED = {"store_poll_interval": 0.05, "store_notify": False}


@pytest.mark.parametrize("settings", [NOTIFIED, POLLED], ids=["notified", "polled"])
async def test_every_replica_tells_every_change_once_and_in_order(
    folder: Path, settings: dict[str, float]
) -> None:
    async with (
        replicas(folder, 3, **settings) as (first, second, third),
        watching(first) as one,
        watching(second, include_previous=True) as two,
        watching(third, filter='name = "w1*"') as three,
    ):
        await asyncio.gather(
            *(
                write(each, f"{number}-{place}", WRITES)
                for place, each in enumerate((first, second, third))
                for number in range(WRITERS)
            )
        )
        last = 3 * WRITERS * WRITES
        await asyncio.gather(*(recording.reach(last) for recording in (one, two)))
        await three.reach(max(relevant(one)))
    assert [commit.revision for commit in one.commits] == [*range(1, last + 1)]
    assert [told(two)] == [told(one)]
    assert [commit.revision for commit in three.commits] == relevant(one)


async def write(items: ItemServiceStub, name: str, count: int) -> None:
    """Write *count* items, one after the other."""
    for number in range(count):
        await create(items, f"w{name}-{number}")


def told(recording: Recording) -> list[tuple[int, str]]:
    """What was told, in order."""
    return [
        (commit.revision, change.item.id)
        for commit in recording.commits
        for change in commit.changes
    ]


def relevant(recording: Recording) -> list[int]:
    """The revisions of items whose name begins with w1."""
    return [revision for revision, item_id in told(recording) if item_id.startswith("w1")]


async def test_what_one_replica_has_answered_every_other_one_reads(folder: Path) -> None:
    async with replicas(folder, 2, **NOTIFIED) as (writer, reader):
        for number in range(50):
            revision = await create(writer, f"i{number}")
            item = await reader.GetItem(pb.GetItemRequest(id=f"i{number}"))
            listed = await reader.ListItems(pb.ListItemsRequest(page_size=1))
            assert (item.revision, listed.revision) == (revision, revision)


@pytest.mark.parametrize("settings", [NOTIFIED, POLLED], ids=["notified", "polled"])
async def test_a_read_knows_the_revisions_of_others(
    folder: Path, settings: dict[str, float]
) -> None:
    async with replicas(folder, 2, **settings) as (writer, reader):
        revision = await create(writer, "a")
        request = pb.GetItemRequest(id="a", min_revision=revision)
        assert (await reader.GetItem(request)).revision == revision


async def test_a_watch_goes_on_at_another_replica_from_where_it_was(folder: Path) -> None:
    async with replicas(folder, 2, **NOTIFIED) as (first, second):
        async with watching(first) as before:
            await create(first, "a")
            revision = await create(second, "b")
            await before.reach(revision)
        later = await create(first, "c")
        async with watching(second, from_revision=before.revision) as after:
            await after.reach(later)
    assert [change.item.id for change in before.changes + after.changes] == ["a", "b", "c"]


async def test_a_request_id_is_applied_once_whichever_replicas_it_reaches(folder: Path) -> None:
    async with replicas(folder, 3) as stubs:
        request = pb.CreateItemRequest(item=pb.Item(name="one"), request_id=str(uuid4()))
        answers = await asyncio.gather(
            *(stub.CreateItem(request) for stub in stubs for _ in range(5))
        )
    assert {(answer.id, answer.revision) for answer in answers} == {(answers[0].id, 1)}


async def test_of_two_writes_with_one_etag_at_two_replicas_one_is_aborted(folder: Path) -> None:
    async with replicas(folder, 2) as stubs:
        await create(stubs[0], "a")
        outcomes = [
            await asyncio.gather(*(rename(stub, "a", str(etag)) for stub in stubs))
            for etag in range(1, 21)
        ]
    assert all(sorted(pair) == ["ABORTED", "OK"] for pair in outcomes), outcomes


async def rename(items: ItemServiceStub, item_id: str, etag: str) -> str:
    """Write an item that has this etag; tells the code of the answer."""
    item = pb.Item(id=item_id, name=str(uuid4()), etag=etag)
    try:
        await items.UpdateItem(pb.UpdateItemRequest(item=item))
    except aio.AioRpcError as error:
        return error.code().name
    return grpc.StatusCode.OK.name
