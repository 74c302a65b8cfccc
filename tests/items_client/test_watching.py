"""The watching client against a service that breaks its streams as told."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import status_pb2
from grpc import aio

from grpc_server.main import serving as serving_items
from items.v1 import items_pb2 as pb
from items_client import ItemsClient, ItemsError, SnapshotPart, Watch, WatchObserver, errors
from items_client.guarantees import Verifier
from items_client.watching import LONGEST_PAUSE
from tests.items_client.streams import STORE, bookmark, commit, item, part, told
from tests.rest_facade.scripted_watch import Watch as Script
from tests.rest_facade.scripted_watch import ending, scripted, serving, silent
from tests.servers import server_settings

Context = aio.ServicerContext[Any, Any]

SHUTTING_DOWN = ending(grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")
COMPACTED = ending(grpc.StatusCode.OUT_OF_RANGE, "REVISION_COMPACTED")


class Observed(WatchObserver):
    """Keeps what it sees; *failed* is set when it has seen *failures* interruptions."""

    def __init__(self, failures: int = 1) -> None:
        self._failures = failures
        self.failed = asyncio.Event()
        self.requests: list[pb.WatchItemsRequest] = []
        self.interruptions: list[ItemsError] = []
        self.delays: list[float] = []

    def asked(self, request: pb.WatchItemsRequest) -> None:
        self.requests.append(request)

    def interrupted(self, error: ItemsError, delay: float) -> None:
        self.interruptions.append(error)
        self.delays.append(delay)
        if len(self.delays) >= self._failures:
            self.failed.set()


@asynccontextmanager
async def watched(
    folder: Path, *scripts: Script, **following: Any
) -> AsyncIterator[tuple[Watch, Observed]]:
    """A watch of a service whose calls follow *scripts*, one after the other."""
    calls = iter(scripts)

    async def next_call(request: pb.WatchItemsRequest, context: Context) -> None:
        await next(calls, silent)(request, context)

    observed = Observed()
    async with (
        serving(folder, next_call) as address,
        ItemsClient(address) as items,
        items.watch(observer=observed, **following) as watch,
    ):
        yield watch, observed


async def take(watch: Watch, count: int) -> list[Any]:
    """The next *count* events."""
    return [await anext(watch) for _ in range(count)]


async def test_events_come_one_by_one_and_the_cursor_goes_with_them(folder: Path) -> None:
    script = scripted(bookmark(3), told(commit(4), commit(5)), told(commit(6)), bookmark(9))
    async with watched(folder, script) as (watch, _):
        assert (watch.revision, watch.store_id) == (None, "")
        seen = [(type(await anext(watch)), watch.revision) for _ in range(5)]
    assert seen == [
        (pb.Bookmark, 3),
        (pb.ItemChanges, 4),
        (pb.ItemChanges, 5),
        (pb.ItemChanges, 6),
        (pb.Bookmark, 9),
    ]
    assert watch.store_id == STORE


@pytest.mark.parametrize(
    "status",
    [
        SHUTTING_DOWN,
        ending(grpc.StatusCode.ABORTED, "WATCHER_TOO_SLOW"),
        ending(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE"),
        ending(grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED"),
        status_pb2.Status(code=grpc.StatusCode.UNAVAILABLE.value[0]),
        status_pb2.Status(code=grpc.StatusCode.CANCELLED.value[0]),
        status_pb2.Status(code=grpc.StatusCode.INTERNAL.value[0]),
        status_pb2.Status(code=grpc.StatusCode.DEADLINE_EXCEEDED.value[0]),
        None,
    ],
    ids=lambda status: str(status).replace("\n", " ")[:30],
)
async def test_a_watch_goes_on_where_it_was_when_the_call_ends(
    folder: Path, status: status_pb2.Status | None
) -> None:
    first = scripted(bookmark(3), told(commit(4), commit(5)), status=status)
    async with watched(folder, first, scripted(bookmark(5), told(commit(6)))) as (watch, observed):
        events = await take(watch, 5)
    assert [event.revision for event in events] == [3, 4, 5, 5, 6]
    first_request, second = observed.requests
    assert not first_request.HasField("from_revision")
    assert (second.from_revision, second.store_id) == (5, STORE)
    assert len(observed.interruptions) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (COMPACTED, errors.RevisionCompacted),
        (ending(grpc.StatusCode.OUT_OF_RANGE, "REVISION_IN_FUTURE"), errors.RevisionInFuture),
        (ending(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FILTER"), errors.InvalidFilter),
        (ending(grpc.StatusCode.FAILED_PRECONDITION, "STORE_MISMATCH"), errors.StoreMismatch),
        (ending(grpc.StatusCode.INTERNAL, "INTERNAL"), errors.ServiceFailed),
        (ending(grpc.StatusCode.UNIMPLEMENTED, "UNIMPLEMENTED"), errors.ServiceFailed),
        (
            status_pb2.Status(code=grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]),
            errors.Overloaded,
        ),
    ],
)
async def test_what_would_fail_again_is_raised(
    folder: Path, status: status_pb2.Status, kind: type[ItemsError]
) -> None:
    async with watched(folder, scripted(status=status), from_revision=3) as (watch, _):
        with pytest.raises(kind):
            await anext(watch)


async def test_a_snapshot_that_is_interrupted_begins_anew_and_says_so(folder: Path) -> None:
    async with watched(
        folder,
        scripted(part(3, item("a", 1)), status=SHUTTING_DOWN),
        scripted(part(4, item("a", 4)), part(4, item("b", 2), complete=True), told(commit(5))),
        snapshot=True,
    ) as (watch, observed):
        first, again = await take(watch, 2)
        before_it_is_complete = watch.revision
        last, change = await take(watch, 2)
    assert [(each.is_first, each.is_last) for each in (first, again, last)] == [
        (True, False),
        (True, False),
        (False, True),
    ]
    assert before_it_is_complete is None
    assert change.revision == watch.revision == 5
    assert all(request.include_snapshot for request in observed.requests)


async def test_after_its_snapshot_a_watch_goes_on_from_the_revision(folder: Path) -> None:
    async with watched(
        folder,
        scripted(part(4, complete=True), status=SHUTTING_DOWN),
        scripted(bookmark(4)),
        snapshot=True,
    ) as (watch, observed):
        await take(watch, 2)
    assert not observed.requests[1].include_snapshot
    assert observed.requests[1].from_revision == 4


async def test_a_watch_with_a_snapshot_begins_a_new_one_when_history_is_gone(
    folder: Path,
) -> None:
    async with watched(
        folder,
        scripted(part(4, complete=True), status=SHUTTING_DOWN),
        scripted(status=COMPACTED),
        scripted(part(9, complete=True)),
        snapshot=True,
    ) as (watch, _):
        _, anew = await take(watch, 2)
    assert isinstance(anew, SnapshotPart)
    assert (anew.revision, anew.is_first) == (9, True)


async def test_the_waits_grow_until_a_message_comes(folder: Path) -> None:
    down = scripted(status=status_pb2.Status(code=grpc.StatusCode.UNAVAILABLE.value[0]))
    scripts: Sequence[Script] = (down, down, down, scripted(bookmark(1)), scripted(bookmark(1)))
    async with watched(folder, *scripts) as (watch, observed):
        await take(watch, 2)
    first, second, third, after_a_message = observed.delays
    assert 0.05 <= first <= 0.1 <= second <= 0.2 <= third <= 0.4
    assert after_a_message <= 0.1


async def test_patience_ends_with_the_error(folder: Path) -> None:
    async with ItemsClient(f"unix:{folder}/nobody.sock") as items:
        with pytest.raises(errors.Unavailable):
            await anext(items.watch(patience=0.2))


async def test_a_step_that_is_cancelled_loses_nothing(folder: Path) -> None:
    async def slow(_: pb.WatchItemsRequest, context: Context) -> None:
        await context.write(bookmark(3))
        await context.write(told(commit(4)))
        await asyncio.Event().wait()

    async with watched(folder, slow, scripted(bookmark(4), told(commit(5)))) as (watch, observed):
        await take(watch, 2)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await anext(watch)
        events = await take(watch, 2)
    assert [event.revision for event in events] == [4, 5]
    assert observed.requests[1].from_revision == 4
    assert observed.interruptions == []


async def test_a_walk_that_is_left_can_be_gone_on_with(folder: Path) -> None:
    script = scripted(bookmark(3), told(commit(4), commit(5)))
    async with watched(folder, script) as (watch, _):
        async for event in watch:
            if event.revision == 4:
                break
        assert (await anext(watch)).revision == 5


async def test_leaving_the_block_ends_the_call(folder: Path) -> None:
    ended = asyncio.Event()

    async def endless(_: pb.WatchItemsRequest, context: Context) -> None:
        try:
            await context.write(bookmark(3))
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with watched(folder, endless) as (watch, _):
        await anext(watch)
        await watch.aclose()
        async with asyncio.timeout(5):
            await ended.wait()


@pytest.mark.parametrize("what", ["watch", "client"])
async def test_closing_it_ends_the_walk(folder: Path, what: str) -> None:
    async with serving(folder, silent) as address, ItemsClient(address) as items:
        watch = items.watch()

        async def walk() -> list[object]:
            return [event async for event in watch]

        walking = asyncio.create_task(walk())
        await asyncio.sleep(0.05)
        if what == "watch":
            await watch.aclose()
        else:
            await items.__aexit__(None, None, None)
        assert await walking == []


async def test_a_watch_has_one_beginning(folder: Path) -> None:
    async with ItemsClient(f"unix:{folder}/nobody.sock") as items:
        with pytest.raises(ValueError, match="not both"):
            items.watch(snapshot=True, from_revision=3)


async def test_a_watch_outlives_restarts_of_the_service(folder: Path) -> None:
    complaints: list[object] = []
    settings = server_settings(folder, grpc_drain=0.1)
    async with ItemsClient(settings.grpc) as items:
        watch = items.watch(from_revision=0, observer=Verifier(complaints.append))
        for restart in range(1, 4):
            async with serving_items(settings):
                for number in range(5):
                    await items.create(id=f"i{restart}-{number}", name="x")
                while watch.revision != restart * 5:
                    await anext(watch)
    assert complaints == []


async def test_a_watch_is_back_soon_after_a_service_that_was_long_away(folder: Path) -> None:
    observed = Observed(failures=9)  # after as many, the waits grow no more
    async with AsyncExitStack() as first:
        address = await first.enter_async_context(
            serving_items(server_settings(folder, grpc="127.0.0.1:0"))
        )
        items = ItemsClient(address)
        async with items, items.watch(observer=observed) as watch:
            await anext(watch)
            await first.aclose()
            following = asyncio.ensure_future(anext(watch))
            await observed.failed.wait()
            async with serving_items(server_settings(folder, grpc=address)):
                began = time.monotonic()
                await following
                took = time.monotonic() - began
    assert max(observed.delays) <= LONGEST_PAUSE
    assert took < 3, "it took 4 to 5 s before; 1 s where nobody else is busy"
