"""The model of the write path, against what can be said without it, and what was measured."""

import pytest

from benchmarks.scale.points import Run
from benchmarks.simulate_scale import Compared, compare
from benchmarks.simulation.costs import Row, fit
from benchmarks.simulation.model import Costs, World, simulate
from benchmarks.simulation.queue import Clock, Delay, Process, Resource, Signal, work
from grpc_server.writes.write_queue import MAX_BATCH

COSTS = Costs(
    load_call=0.0001,
    server_call=0.0002,
    server_commit=0.0005,
    held_commit=0.0004,
    held_write=0.0001,
    database_commit=0.0003,
    database_write=0.00003,
    sync=0.001,
)
ONLY_THE_ROW = Costs(held_commit=0.0004, held_write=0.0001, sync=0.001)
OFF, OFF_ALONE = 0.4, 0.55
"""By how much the model may be off, and for a lone caller, on a machine that others used."""

SHORT, LONG = 1.0, 4.0


def _held(costs: Costs, writes: int, round_trips: float = 0.0) -> float:
    """How long a commit holds the row: writer and database work at the same time."""
    by_writer = costs.held_write * writes
    in_database = costs.database_commit + costs.database_write * writes
    return costs.held_commit + round_trips + max(by_writer, in_database) + costs.sync


def test_one_caller_alone_waits_for_each_step_once() -> None:
    outcome = simulate(COSTS, World(round_trip=0.0005), SHORT)
    seconds = 0.0001 + 0.0002 + 0.0005 + _held(COSTS, 1) + 8 * 0.0005
    assert outcome.p50 == pytest.approx(seconds)
    assert outcome.writes == pytest.approx(1 / seconds, rel=0.01)
    assert outcome.batch == 1


@pytest.mark.parametrize("replicas", [1, 2, 4, 16])
def test_half_of_the_callers_gather_while_the_other_half_is_committed(replicas: int) -> None:
    outcome = simulate(ONLY_THE_ROW, World(replicas=replicas, callers=64), LONG)
    batch = 64 / replicas / 2
    assert outcome.batch == pytest.approx(batch, rel=0.05)
    assert outcome.row == pytest.approx(1, rel=0.01)
    assert outcome.writes == pytest.approx(batch / _held(ONLY_THE_ROW, int(batch)), rel=0.05)


def test_more_callers_than_a_commit_may_have_wait_for_the_next_one() -> None:
    outcome = simulate(ONLY_THE_ROW, World(callers=4 * MAX_BATCH), LONG)
    assert outcome.batch == MAX_BATCH


@pytest.mark.parametrize("replicas", [1, 3, 8])
def test_no_number_of_replicas_writes_more_than_the_row_lets_pass(replicas: int) -> None:
    outcome = simulate(COSTS, World(replicas=replicas, callers=4000), SHORT)
    assert outcome.writes <= 1.01 * MAX_BATCH / _held(COSTS, MAX_BATCH)


def test_round_trips_while_the_row_is_locked_are_waited_for_by_all() -> None:
    outcome = simulate(ONLY_THE_ROW, World(replicas=4, callers=64, round_trip=0.002), LONG)
    seconds = _held(ONLY_THE_ROW, 8, round_trips=6 * 0.002)
    assert outcome.writes == pytest.approx(8 / seconds, rel=0.05)


def test_one_server_is_bounded_by_its_one_python() -> None:
    outcome = simulate(COSTS, World(callers=512), SHORT)
    assert outcome.servers[0] <= 1
    assert outcome.writes < 1 / (COSTS.server_call + COSTS.held_write)


@pytest.mark.parametrize("processors", [1, 2])
def test_processors_do_not_work_more_than_all_of_the_time(processors: int) -> None:
    world = World(replicas=4, callers=256, processors=processors)
    outcome = simulate(COSTS, world, SHORT)
    for_a_write = 0.0001 + 0.0002 + 0.0001 + 0.00003
    for_a_commit = 0.0005 + 0.0004 + 0.0003
    used = outcome.writes * (for_a_write + for_a_commit / outcome.batch)
    assert 0.7 * processors < used <= 1.01 * processors


def test_what_others_use_of_the_processors_is_gone() -> None:
    alone = simulate(COSTS, World(callers=64, processors=1), SHORT)
    beside = simulate(COSTS, World(callers=64, processors=1, busy=0.5), SHORT)
    assert beside.writes == pytest.approx(alone.writes / 2, rel=0.1)


def test_several_replicas_follow_one_another_and_one_does_not() -> None:
    costs = Costs(held_commit=0.001, follow_commit=0.0005)
    assert simulate(costs, World(), SHORT).servers == pytest.approx((1,), rel=0.01)
    writer, *others = simulate(costs, World(replicas=4), SHORT).servers
    assert writer == pytest.approx(1, rel=0.01)
    assert others == pytest.approx([writer / 3] * 3, rel=0.01)


@pytest.fixture(scope="module")
def compared() -> list[Compared]:
    """All that was measured of writes on PostgreSQL, and what the model says of it."""
    return list(compare(Run.read(), seconds=1.5))


def test_the_model_is_not_far_from_what_was_measured(compared: list[Compared]) -> None:
    measured = {(each.case.where.replicas, each.case.where.round_trip) for each in compared}
    assert measured == {(replicas, away) for replicas in (1, 2, 4) for away in (0, 0.006)}
    for each in compared:
        assert abs(each.error) <= (OFF if each.case.in_flight > 1 else OFF_ALONE), each.case


def test_the_model_gathers_as_many_writes_as_was_measured(compared: list[Compared]) -> None:
    for each in compared:
        measured, simulated = each.batches
        assert simulated == pytest.approx(measured, rel=OFF), each.case


def test_costs_are_found_that_were_put_in() -> None:
    rows = [
        Row(calls, commits, 3 * calls + 5 * commits + 7, 7) for calls, commits in ((1, 1), (8, 2))
    ]
    assert fit(rows) == pytest.approx((3, 5))


def test_a_cost_is_never_less_than_nothing() -> None:
    assert fit([Row(1, 1, 2), Row(2, 1, 4), Row(2, 4, 3.9)])[1] == 0


def test_a_resource_is_had_in_the_order_of_arrival() -> None:
    clock, done = Clock(), []

    def process(name: str, resource: Resource) -> Process:
        yield from work(2.0, 1.0, resource)
        done.append((name, clock.now))

    resource = Resource(clock, 1)
    clock.start(process("first", resource))
    clock.start(process("second", resource))
    clock.run_until(10)
    assert done == [("first", 3.0), ("second", 4.0)]
    assert resource.used == 4.0


def test_a_signal_is_for_those_who_wait_by_then() -> None:
    clock, signal, woken = Clock(), Signal(), []

    def waiting(name: str, seconds: float) -> Process:
        yield Delay(seconds)
        yield signal
        woken.append(name)

    clock.start(waiting("early", 1.0))
    clock.start(waiting("late", 3.0))
    clock.call_in(2.0, signal.raise_)
    clock.run_until(10)
    assert woken == ["early"]
