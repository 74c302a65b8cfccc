"""The time of commits, from clocks that jump, and clocks that are wrong from the start."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from grpc_server.database.opening import open_store
from grpc_server.database.store import ChangeTime, Head, Store
from grpc_server.history.retention import HistoryRetention, next_oldest
from grpc_server.items.caller import Caller
from grpc_server.sinks.leases import is_held
from grpc_server.writes.commit_time import DOUBT, JUMP, PAUSE, Moment, Timekeeper
from grpc_server.writes.units import Expiry, Retention, SingleWrite
from grpc_server.writes.writer import Writer
from items.v1 import items_pb2 as pb
from items.v1 import sinks_pb2

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MONTH = timedelta(days=31)
SECOND = timedelta(seconds=1)


@dataclass
class Machine:
    """A machine whose clock can be wrong, and whose steady clock is not."""

    clock: datetime = NOW
    steady: timedelta = timedelta(days=3)
    keeper: Timekeeper = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.keeper = Timekeeper(lambda: self.clock, lambda: self.steady)

    def wait(self, time: timedelta) -> None:
        self.clock += time
        self.steady += time


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{folder}/items.db")) as store:
        yield store


async def write(machine: Machine, store: Store, item_id: str, *, deletes: bool = False) -> pb.Item:
    """Write an item, or delete it."""
    request = (
        pb.DeleteItemRequest(id=item_id)
        if deletes
        else pb.ReplaceItemRequest(item=pb.Item(id=item_id, name=str(machine.clock)))
    )
    async with Writer(store, machine.keeper, lambda: "new", lambda _: None) as writer:
        unit = SingleWrite(request, Caller(), Retention())
        return (await writer.write(unit)).item


async def sweep(machine: Machine, store: Store) -> int:
    async with Writer(store, machine.keeper, lambda: "new", lambda _: None) as writer:
        return await writer.write(Expiry(10))


def is_trusted(machine: Machine) -> bool:
    return machine.keeper.is_trusted


def time_of(item: pb.Item) -> datetime:
    return item.update_time.ToDatetime(tzinfo=UTC)


@pytest.mark.parametrize("jump", [MONTH, -MONTH])
async def test_a_clock_that_jumps_dates_no_commit_and_removes_nothing(
    machine: Machine, store: Store, jump: timedelta
) -> None:
    await write(machine, store, "vim")
    await write(machine, store, "vim", deletes=True)
    machine.clock += jump
    machine.wait(SECOND)
    assert await sweep(machine, store) == 0
    assert time_of(await write(machine, store, "ed")) == NOW + SECOND
    assert machine.keeper.offset == jump
    machine.clock -= jump
    assert time_of(await write(machine, store, "ed")) == NOW + SECOND
    assert is_trusted(machine)


async def test_a_jump_and_its_end_are_told_once(machine: Machine, store: Store) -> None:
    await write(machine, store, "vim")
    with capture_logs() as logs:
        machine.clock += MONTH
        for name in ("a", "b"):
            await write(machine, store, name)
        machine.clock -= MONTH
        for name in ("c", "d"):
            await write(machine, store, name)
    assert [line["log_level"] for line in logs] == ["error", "warning"]
    assert "start the server anew" in logs[0]["event"]


async def test_a_machine_that_was_suspended_has_not_jumped(machine: Machine, store: Store) -> None:
    await write(machine, store, "vim")
    machine.wait(MONTH)
    assert time_of(await write(machine, store, "vim")) == NOW + MONTH
    assert is_trusted(machine)


async def test_a_clock_that_is_wrong_from_the_start_removes_nothing_for_an_hour(
    machine: Machine, store: Store
) -> None:
    await write(machine, store, "vim")
    await write(machine, store, "vim", deletes=True)
    machine.clock += MONTH
    machine.restart()
    assert await sweep(machine, store) == 0
    assert not is_trusted(machine)
    machine.clock -= MONTH
    machine.wait(DOUBT / 2)
    assert await sweep(machine, store) == 0
    assert is_trusted(machine)
    assert time_of(await write(machine, store, "ed")) == NOW + DOUBT / 2


async def test_a_restart_makes_nobody_trust_a_clock_that_has_dated_commits_in_doubt(
    machine: Machine, store: Store
) -> None:
    await write(machine, store, "vim")
    await write(machine, store, "vim", deletes=True)
    machine.clock += MONTH
    for name in ("a", "b"):
        machine.restart()
        await write(machine, store, name)
        assert await sweep(machine, store) == 0
    machine.clock -= MONTH
    machine.restart()
    assert time_of(await write(machine, store, "c")) == NOW
    assert is_trusted(machine)


async def test_what_has_expired_goes_an_hour_after_a_long_pause(
    machine: Machine, store: Store
) -> None:
    await write(machine, store, "vim")
    await write(machine, store, "vim", deletes=True)
    machine.wait(MONTH)
    machine.restart()
    assert await sweep(machine, store) == 0
    machine.wait(DOUBT)
    assert await sweep(machine, store) == 1


async def test_a_store_that_was_dated_ahead_goes_on_when_the_clock_is_right(
    machine: Machine, store: Store
) -> None:
    machine.clock += MONTH
    ahead = await write(machine, store, "vim")
    machine.clock -= MONTH
    machine.restart()
    assert time_of(await write(machine, store, "ed")) == time_of(ahead)
    machine.wait(DOUBT)
    assert time_of(await write(machine, store, "ed")) == NOW + DOUBT


async def test_a_clock_that_begins_in_1970_is_believed_when_it_is_set(
    machine: Machine, store: Store
) -> None:
    newest = await write(machine, store, "vim")
    machine.clock = datetime(1970, 1, 1, tzinfo=UTC)
    machine.restart()
    assert time_of(await write(machine, store, "ed")) == time_of(newest)
    machine.clock = NOW + SECOND
    assert time_of(await write(machine, store, "ed")) == NOW + SECOND
    assert is_trusted(machine)


async def test_the_clock_of_the_database_is_preferred(machine: Machine) -> None:
    told = NOW - timedelta(minutes=5)
    assert machine.keeper.moment(NOW - SECOND, told) == Moment(told)
    machine.wait(SECOND)
    assert machine.keeper() == told + SECOND


@given(
    st.lists(
        st.tuples(
            st.timedeltas(timedelta(0), PAUSE), st.timedeltas(-MONTH, MONTH).map(lambda jump: jump)
        ),
        max_size=20,
    )
)
def test_a_trusted_time_goes_on_as_the_steady_clock_does(
    steps: list[tuple[timedelta, timedelta]],
) -> None:
    machine, corrections = Machine(), timedelta(0)
    newest = machine.keeper.moment(None).now
    for wait, wrong_by in steps:
        machine.wait(wait)
        machine.clock = NOW + (machine.steady - timedelta(days=3)) + corrections + wrong_by
        moment = machine.keeper.moment(newest)
        assert moment.is_trusted
        drift = moment.now - (NOW + (machine.steady - timedelta(days=3)) + corrections)
        assert drift == (wrong_by if abs(wrong_by) <= JUMP else timedelta(0))
        corrections += drift
        newest = moment.after(newest)


def test_a_change_that_is_dated_ahead_holds_up_no_compaction() -> None:
    days = [1, 2, 400, 401, 5, 6, 10]
    changes = [
        ChangeTime(revision, NOW + timedelta(days=day - 10)) for revision, day in enumerate(days, 1)
    ]
    head = Head("store", 7, 1, NOW, b"")
    retention = HistoryRetention(max_age=timedelta(days=4, hours=12))
    assert next_oldest(changes, head, 7, retention, NOW) == 6


def test_a_lease_that_ends_later_than_one_can_counts_no_more() -> None:
    sink = sinks_pb2.Sink(name="sink", holder="relay")
    for left, counts in ((SECOND, True), (MONTH, False), (-SECOND, False)):
        sink.lease_expire_time.FromDatetime(NOW + left)
        assert is_held(sink, NOW) is counts
