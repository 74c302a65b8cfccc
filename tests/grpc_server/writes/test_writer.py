import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from grpc_server.database.errors import StoreUnavailable
from grpc_server.database.opening import open_store
from grpc_server.database.store import Change, RequestKey, Store
from grpc_server.items.caller import Caller
from grpc_server.items.errors import InvalidRequest, ItemAlreadyExists, Overloaded
from grpc_server.serving.status import describe
from grpc_server.sinks.sink_units import SinkWrite
from grpc_server.writes.staging import Staging
from grpc_server.writes.units import BatchWrite, Expiry, Retention, SingleWrite
from grpc_server.writes.writer import Writer
from items.v1 import items_pb2 as pb
from items.v1 import sinks_pb2
from tests.grpc_server.database.connections import connections_opened
from tests.grpc_server.database.histories import add

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def deaf(_: Sequence[Change]) -> None:
    """Hear of commits, and do nothing."""


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{folder}/items.db")) as store:
        yield store


@pytest.fixture
async def writer(store: Store) -> AsyncIterator[Writer]:
    async with Writer(store, lambda: NOW, lambda: "made", deaf) as writer:
        yield writer


def creation(item_id: str) -> SingleWrite:
    request = pb.CreateItemRequest(item=pb.Item(id=item_id, name="x"))
    return SingleWrite(request, Caller(), Retention())


@dataclass(frozen=True)
class Faulty:
    """A unit that stages something and then fails as a bug does."""

    def ids(self) -> Iterable[str]:
        return ("faulty",)

    def keys(self) -> Iterable[RequestKey]:
        return ()

    def size(self) -> int:
        return 0

    def apply(self, staging: Staging) -> None:
        creation("faulty").apply(staging)
        raise ZeroDivisionError


def stored(store: Store, *ids: str) -> set[str]:
    with store.read() as reading:
        return set(reading.items(ids))


def head_revision(store: Store) -> int:
    with store.read() as reading:
        return reading.head().revision


async def test_units_that_wait_together_are_given_consecutive_revisions(
    writer: Writer, store: Store
) -> None:
    results = await asyncio.gather(*(writer.write(creation(f"i{n}")) for n in range(100)))
    assert [result.item.revision for result in results] == list(range(1, 101))
    assert head_revision(store) == 100


async def test_what_is_written_is_answered_though_nobody_could_be_told(store: Store) -> None:
    def deny(_: Sequence[Change]) -> None:
        raise ZeroDivisionError

    async with Writer(store, lambda: NOW, lambda: "made", deny) as writer:
        for name in ("a", "b"):
            assert (await writer.write(creation(name))).item.id == name


async def test_a_refused_unit_does_not_disturb_its_neighbours(writer: Writer, store: Store) -> None:
    outcomes = await asyncio.gather(
        *(writer.write(creation(name)) for name in ("a", "a", "b")), return_exceptions=True
    )
    assert isinstance(outcomes[1], ItemAlreadyExists)
    assert stored(store, "a", "b") == {"a", "b"}
    assert head_revision(store) == 2


async def test_a_faulty_unit_is_undone_and_does_not_disturb_its_neighbours(
    writer: Writer, store: Store
) -> None:
    outcomes = await asyncio.gather(
        writer.write(creation("a")),
        writer.write(Faulty()),
        writer.write(creation("b")),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], ZeroDivisionError)
    assert stored(store, "a", "faulty", "b") == {"a", "b"}
    assert head_revision(store) == 2


async def test_a_unit_sees_the_effects_of_those_before_it(writer: Writer) -> None:
    delete = SingleWrite(pb.DeleteItemRequest(id="a"), Caller(), Retention())
    _, deleted = await asyncio.gather(writer.write(creation("a")), writer.write(delete))
    assert deleted.kind == pb.CHANGE_KIND_DELETED


async def test_a_caller_that_gives_up_while_its_unit_waits_withdraws_it(
    writer: Writer, store: Store
) -> None:
    first = asyncio.ensure_future(writer.write(creation("a")))
    await asyncio.sleep(0)  # its commit is under way now
    second = asyncio.ensure_future(writer.write(creation("b")))
    await asyncio.sleep(0)
    second.cancel()
    await first
    await writer.write(creation("c"))
    assert stored(store, "a", "b", "c") == {"a", "c"}


async def test_a_unit_beyond_the_queue_is_refused_and_the_others_are_written(
    store: Store,
) -> None:
    async with Writer(store, lambda: NOW, str, deaf, max_waiting=3) as writer:
        outcomes = await asyncio.gather(
            *(writer.write(creation(f"i{n}")) for n in range(10)), return_exceptions=True
        )
    refused = [outcome for outcome in outcomes if isinstance(outcome, Overloaded)]
    written = [outcome for outcome in outcomes if isinstance(outcome, pb.ItemWriteResult)]
    assert refused
    assert len(refused) + len(written) == 10


def batch_of(count: int, name: str) -> BatchWrite:
    items = [pb.Item(id=f"{name}{n}", name="x") for n in range(count)]
    writes = [pb.ItemWrite(create=pb.CreateItemRequest(item=item)) for item in items]
    request = pb.BatchWriteItemsRequest(writes=writes)
    return BatchWrite(request, Caller(), Retention(), describe)


async def test_a_batch_counts_as_all_of_its_writes(store: Store) -> None:
    async with Writer(store, lambda: NOW, str, deaf, max_waiting=10) as writer:
        outcomes = await asyncio.gather(
            *(writer.write(batch_of(6, name)) for name in "ab"), return_exceptions=True
        )
    assert [type(outcome) for outcome in outcomes] == [pb.BatchWriteItemsResponse, Overloaded]


async def test_a_batch_larger_than_the_queue_is_written_when_nothing_else_waits(
    store: Store,
) -> None:
    async with Writer(store, lambda: NOW, str, deaf, max_waiting=1) as writer:
        await writer.write(batch_of(5, "a"))
        await writer.write(batch_of(5, "b"))
    assert head_revision(store) == 2


async def test_large_batches_do_not_share_a_commit(store: Store) -> None:
    told: list[int] = []
    async with Writer(store, lambda: NOW, str, lambda changes: told.append(len(changes))) as writer:
        await asyncio.gather(*(writer.write(batch_of(400, name)) for name in "abc"))
    assert told == [400, 400, 400]


async def test_what_waits_is_written_before_the_writer_ends(store: Store) -> None:
    async with Writer(store, lambda: NOW, lambda: "made", deaf) as writer:
        waiting = [asyncio.ensure_future(writer.write(creation(f"i{n}"))) for n in range(50)]
        await asyncio.sleep(0)
    assert all(write.done() for write in waiting)
    assert head_revision(store) == 50


async def test_a_commit_is_never_dated_before_the_one_before_it(store: Store) -> None:
    times = iter([NOW + timedelta(minutes=59), NOW])
    async with Writer(store, lambda: next(times), str, deaf) as writer:
        first = await writer.write(creation("a"))
        second = await writer.write(creation("b"))
    assert second.item.create_time == first.item.create_time


async def test_the_changes_of_a_commit_are_told_before_those_who_asked_are_answered(
    store: Store,
) -> None:
    told: list[Change] = []
    async with Writer(store, lambda: NOW, str, told.extend) as writer:
        result = await writer.write(creation("a"))
        assert [change.item for change in told] == [result.item]
        await writer.write(SingleWrite(pb.DeleteItemRequest(id="a"), Caller(), Retention()))
    assert [change.previous for change in told] == [None, result.item]


async def test_a_database_that_fails_under_some_units_fails_all_and_nothing_is_written(
    folder: Path,
) -> None:
    with connections_opened("max_page_count = 200"):
        store = open_store(f"sqlite:///{folder}/small.db")
    too_much = [
        SinkWrite(sinks_pb2.AcquireSinkRequest(name=f"sink-{n}", holder="x" * 60_000))
        for n in range(15)
    ]
    with closing(store):
        async with Writer(store, lambda: NOW, str, deaf) as writer:
            outcomes = await asyncio.gather(
                writer.write(creation("a")),
                *map(writer.write, too_much),
                writer.write(creation("b")),
                return_exceptions=True,
            )
            assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 17
            await writer.write(creation("c"))
        assert stored(store, "a", "b", "c") == {"c"}


async def test_an_item_that_is_brought_back_beside_the_sweeper_is_not_swept(store: Store) -> None:
    times = iter([NOW, NOW, NOW + timedelta(days=31)])
    async with Writer(store, lambda: next(times), str, deaf) as writer:
        await writer.write(creation("a"))
        await writer.write(SingleWrite(pb.DeleteItemRequest(id="a"), Caller(), Retention()))
        replacement = pb.ReplaceItemRequest(item=pb.Item(id="a", name="back"))
        _, swept = await asyncio.gather(
            writer.write(SingleWrite(replacement, Caller(), Retention())), writer.write(Expiry(10))
        )
    assert swept == 0
    assert stored(store, "a") == {"a"}


def large(item_id: str, size: int) -> SingleWrite:
    item = pb.Item(id=item_id, name="x", description="d" * size)
    return SingleWrite(pb.CreateItemRequest(item=item), Caller(), Retention())


async def test_units_that_are_too_large_for_the_queue_are_refused(store: Store) -> None:
    async with Writer(store, lambda: NOW, str, deaf, max_bytes=2500) as writer:
        outcomes = await asyncio.gather(
            *(writer.write(large(f"i{n}", 1000)) for n in range(5)), return_exceptions=True
        )
    assert [type(outcome) for outcome in outcomes].count(Overloaded) == 3


async def test_a_unit_leaves_the_queue_at_its_deadline_though_the_database_hangs(
    writer: Writer, store: Store
) -> None:
    with store.write():  # nobody else writes now
        hanging = asyncio.create_task(writer.write(creation("a")))
        await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await writer.write(large("b", 1000))
        assert writer.waiting == writer.waiting_bytes == 0
        assert not hanging.done()
    await hanging
    assert stored(store, "a", "b") == {"a"}


async def test_a_unit_that_has_not_begun_at_its_deadline_is_not_applied(
    writer: Writer, store: Store
) -> None:
    with store.write():  # the batch of the next two is under way, and waits
        gone = asyncio.create_task(writer.write(creation("a")))
        wanted = asyncio.create_task(writer.write(creation("b")))
        await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.wait([gone])
    await wanted
    assert stored(store, "a", "b") == {"b"}


async def test_what_a_batch_loads_is_bounded_and_all_units_are_applied_in_order(
    store: Store,
) -> None:
    written = [pb.Item(id=f"i{n}", name="x") for n in range(200)]
    for item in written:
        item.attributes["x"] = "x" * 60_000
    add(store, *written)
    async with Writer(store, lambda: NOW, str, deaf) as writer:
        requests = [
            pb.UpdateItemRequest(
                item=pb.Item(id=item.id, description="new"),
                update_mask=FieldMask(paths=["description"]),
            )
            for item in written
        ]
        units = [SingleWrite(request, Caller(), Retention()) for request in requests]
        results = await asyncio.gather(*map(writer.write, units))
    assert [result.item.revision for result in results] == list(range(201, 401))


async def test_a_batch_that_loads_too_much_is_refused(store: Store) -> None:
    written = [pb.Item(id=f"i{n}", name="x") for n in range(200)]
    for item in written:
        item.attributes["x"] = "x" * 60_000
    add(store, *written)
    deletions = [pb.ItemWrite(delete=pb.DeleteItemRequest(id=item.id)) for item in written]
    request = pb.BatchWriteItemsRequest(writes=deletions)
    async with Writer(store, lambda: NOW, str, deaf) as writer:
        with pytest.raises(InvalidRequest, match="too large"):
            await writer.write(BatchWrite(request, Caller(), Retention(), describe))
        await writer.write(creation("after"))
    assert head_revision(store) == 201


async def test_a_small_unit_waits_for_one_commit_of_large_ones_only(
    writer: Writer, store: Store
) -> None:
    with store.write():
        first = asyncio.create_task(writer.write(creation("first")))
        await asyncio.sleep(0)
        units = [large(f"large-{n}", 1_000_000) for n in range(4)]
        waiting = [asyncio.create_task(writer.write(unit)) for unit in units]
        await asyncio.sleep(0)
        small = asyncio.create_task(writer.write(creation("small")))
        await asyncio.sleep(0)
    await first
    assert (await small).item.revision <= 3
    await asyncio.gather(*waiting)


async def test_large_units_that_fill_their_queue_leave_room_for_small_ones(store: Store) -> None:
    async with Writer(store, lambda: NOW, str, deaf, max_bytes=250_000) as writer:
        with store.write():
            units = [large(f"large-{n}", 100_000) for n in range(5)]
            waiting = [asyncio.create_task(writer.write(unit)) for unit in units]
            await asyncio.sleep(0)
            small = asyncio.create_task(writer.write(creation("small")))
            await asyncio.sleep(0)
        assert (await small).item.id == "small"
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert Overloaded in map(type, outcomes)
