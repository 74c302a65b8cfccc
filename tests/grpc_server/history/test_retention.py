"""Which history may go, and for whom it waits."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration
from structlog.testing import capture_logs

from grpc_server.database.opening import open_store
from grpc_server.database.store import ChangeTime, Head, Store
from grpc_server.history.compaction import compact
from grpc_server.history.retention import HistoryRetention, next_oldest, slowest_cursor
from grpc_server.items.caller import Caller
from grpc_server.serving.status import describe
from grpc_server.sinks.sink_units import SinkWrite
from grpc_server.writes.units import BatchWrite, Retention
from grpc_server.writes.writer import Writer
from items.v1 import items_pb2, sinks_pb2
from tests.clock import Clock

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ALL = float("inf")
BY_AGE = HistoryRetention(max_age=5 * DAY)
BY_COUNT = HistoryRetention(max_revisions=3)


def oldest(
    retention: HistoryRetention,
    *,
    cursor: float = ALL,
    revisions: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
) -> int:
    """The next oldest revision of a store at 10, whose revision N is 10 - N days old."""
    changes = [ChangeTime(revision, NOW - (10 - revision) * DAY) for revision in revisions]
    head = Head("store", 10, revisions[0], NOW, b"")
    return next_oldest(changes, head, cursor, retention, NOW)


def test_history_goes_when_it_is_older_than_it_may_get() -> None:
    assert oldest(BY_AGE) == 5


def test_as_many_revisions_are_kept_as_are_asked_for() -> None:
    assert oldest(BY_COUNT) == 8
    assert oldest(HistoryRetention(max_revisions=10)) == 1
    assert oldest(HistoryRetention(max_revisions=1)) == 10


def test_of_two_limits_the_shorter_one_counts() -> None:
    assert oldest(HistoryRetention(max_age=5 * DAY, max_revisions=3)) == 8
    assert oldest(HistoryRetention(max_age=1 * DAY, max_revisions=9)) == 9


def test_the_newest_revision_is_always_kept() -> None:
    assert oldest(HistoryRetention(max_age=timedelta(microseconds=1))) == 10
    assert oldest(HistoryRetention(max_revisions=1), revisions=(10,)) == 10


def test_history_waits_for_the_slowest_sink() -> None:
    assert oldest(BY_COUNT, cursor=4) == 5


def test_history_does_not_wait_for_a_sink_beyond_the_bound() -> None:
    retention = HistoryRetention(max_revisions=3, sink_bound=4 * DAY)
    assert oldest(retention, cursor=1) == 6


def test_a_bound_within_the_age_that_history_may_get_shortens_nothing() -> None:
    assert oldest(HistoryRetention(max_age=5 * DAY, sink_bound=DAY), cursor=0) == 5


def test_a_step_ends_before_a_revision_that_may_go_on() -> None:
    assert oldest(BY_COUNT, revisions=(1, 2, 2)) == 2


def test_a_revision_that_is_larger_than_a_step_goes_as_a_whole() -> None:
    assert oldest(BY_COUNT, revisions=(2, 2, 2)) == 3


def test_a_lost_sink_is_not_waited_for() -> None:
    sinks = [sinks_pb2.Sink(name="lost", revision=1), sinks_pb2.Sink(name="slow", revision=4)]
    head = Head("store", 10, 3, NOW, b"")
    assert slowest_cursor(sinks, head) == 4
    assert slowest_cursor(sinks[:1], head) == ALL


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{folder}/items.db")) as store:
        yield store


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
async def writer(store: Store, clock: Clock) -> AsyncIterator[Writer]:
    async with Writer(store, clock, lambda: "made", lambda _: None) as writer:
        yield writer


async def write(writer: Writer, revisions: int, items: int = 1) -> None:
    """Write each of *items* anew in each of *revisions*."""
    for number in range(revisions):
        writes = [
            items_pb2.ItemWrite(
                replace=items_pb2.ReplaceItemRequest(
                    item=items_pb2.Item(id=f"i{item}", name=f"name {number}")
                )
            )
            for item in range(items)
        ]
        request = items_pb2.BatchWriteItemsRequest(writes=writes)
        await writer.write(BatchWrite(request, Caller(), Retention(), describe))


def acquisition(name: str, revision: int) -> SinkWrite:
    lease = Duration(seconds=10)
    return SinkWrite(
        sinks_pb2.AcquireSinkRequest(
            name=name, holder="relay", lease_duration=lease, from_revision=revision
        )
    )


def oldest_revision(store: Store) -> int:
    with store.read() as reading:
        return reading.head().oldest_revision


async def test_the_compactor_goes_on_until_all_has_gone_that_may(
    writer: Writer, store: Store
) -> None:
    await write(writer, revisions=20, items=3)
    assert await compact(writer, BY_COUNT, batch=7) == (17 - 1) * 3
    assert oldest_revision(store) == 18
    assert await compact(writer, BY_COUNT) == 0


async def test_the_compactor_ends_while_others_write(writer: Writer, store: Store) -> None:
    """Each step finds one revision more that may go."""
    await write(writer, revisions=20)
    ends = asyncio.create_task(compact(writer, BY_COUNT, batch=7))
    async with asyncio.timeout(10):
        while not ends.done():
            await write(writer, revisions=1)
    assert oldest_revision(store) >= 18


async def test_a_revision_that_fills_a_step_and_may_not_go_ends_it(writer: Writer) -> None:
    await write(writer, revisions=1, items=7)
    await write(writer, revisions=1, items=7)
    async with asyncio.timeout(10):
        assert await compact(writer, HistoryRetention(max_revisions=1), batch=7) == 0


async def test_an_empty_store_has_nothing_to_compact(writer: Writer, store: Store) -> None:
    assert await compact(writer, BY_COUNT) == 0
    assert oldest_revision(store) == 1


async def test_a_sink_that_is_lost_is_told_of_once_as_an_error(
    writer: Writer, store: Store, clock: Clock
) -> None:
    await write(writer, revisions=10)
    await writer.write(acquisition("slow", 2))
    await writer.write(acquisition("quick", 8))
    clock.move(days=8)
    with capture_logs() as logs:
        await compact(writer, BY_COUNT)
        await write(writer, revisions=1)
        await compact(writer, BY_COUNT)
    (told,) = [line for line in logs if line["log_level"] == "error"]
    assert (told["sink"], told["revision"], told["missed_at_least"]) == ("slow", 2, 5)
    assert oldest_revision(store) == 9


async def test_history_that_a_sink_has_to_publish_is_kept_until_it_has(
    writer: Writer, store: Store
) -> None:
    await write(writer, revisions=10)
    sink = await writer.write(acquisition("slow", 2))
    await compact(writer, BY_COUNT)
    assert oldest_revision(store) == 3
    lease = Duration(seconds=10)
    advance = sinks_pb2.AdvanceSinkRequest(
        name="slow", epoch=sink.epoch, revision=9, lease_duration=lease
    )
    await writer.write(SinkWrite(advance))
    await compact(writer, BY_COUNT)
    assert oldest_revision(store) == 8
