"""The write path as a model: `python -m benchmarks.simulate_scale`.

It takes the costs of each step from what `python -m benchmarks.scale` has measured of one
server, and simulates what was measured of several: so one sees how far it can be believed.
Then it tells of places that nobody has measured here: every figure of those is simulated.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.scale.load import BATCH, Ask
from benchmarks.scale.points import MEASURED, POSTGRESQL, Point, Run
from benchmarks.scale.table import Case, by_case
from benchmarks.simulation.costs import costs_of, costs_of_batches
from benchmarks.simulation.model import TRIPS_HELD, Outcome, World, simulate
from benchmarks.table import aligned

PROCESSORS = 2
"""What the machine had that was measured on."""

_COMPARED = (
    "creates",
    "servers",
    "ms away",
    "in flight",
    "measured",
    "simulated",
    "error",
    "batch",
    "simulated",
)
_PLACES = (
    "simulated",
    "servers",
    "in flight",
    "writes/s",
    "batch",
    "p50 ms",
    "p99 ms",
    "row held",
    "busiest server",
    "database",
)


class Compared(NamedTuple):
    """A case that was measured, and what the model says of each of its rounds."""

    case: Case
    measured: Sequence[Point]
    simulated: Sequence[Outcome]

    @property
    def error(self) -> float:
        """How far the model is off, the median: 0.1 if it says a tenth too much."""
        pairs = zip(self.measured, self.simulated, strict=True)
        return median(outcome.writes / point.write_rate - 1 for point, outcome in pairs)

    @property
    def batches(self) -> tuple[float, float]:
        """How many writes were in a commit, measured and simulated."""
        return (
            median(point.writes / point.commits for point in self.measured),
            median(outcome.batch for outcome in self.simulated),
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A place where nothing was measured: what is another there than here, in seconds."""

    name: str
    round_trip: float
    sync: float
    trips_held: float = TRIPS_HELD


PLACES = (
    Place("one machine with processors enough, disk 1 ms", 0.0, 0.001),
    Place("one zone: 0.5 ms a trip, disk 1 ms", 0.0005, 0.001),
    Place("one zone, a synchronous standby: commit 2 ms", 0.0005, 0.002),
    Place("one zone, two trips while the row is held (not built)", 0.0005, 0.001, 2),
    Place("a quorum in one region: 1 ms a trip, commit 5 ms", 0.001, 0.005),
    Place("a quorum over regions: 1 ms a trip, commit 50 ms", 0.001, 0.050),
)

LOADS = ((1, 64, 1), (4, 64, 1), (1, 1024, 1), (4, 1024, 1), (1, 16, BATCH))
"""Servers, calls in flight in all, and writes in a call."""


def main() -> None:
    """Print the costs, what was measured beside what is simulated, and the places."""
    options = _options()
    run = Run.read(options.measured)
    print(f"Costs in milliseconds, from the points of one server:\n\n{_costs(run)}\n")
    print(_table(_COMPARED, map(_compared_row, compare(run))) + "\n")
    print("Simulated, not measured: servers, database and callers on machines of their own:\n")
    print(_table(_PLACES, _place_rows(run)))


def compare(run: Run, seconds: float = 2.0) -> Iterator[Compared]:
    """Simulate what was measured of writes on PostgreSQL, each round with what others used."""
    costs = {Ask.CREATE: costs_of(run), Ask.BATCH: costs_of_batches(run)}
    for case, points in by_case(run.points).items():
        ask = Ask(case.ask)
        if ask in costs and case.where.store == POSTGRESQL and case.called == case.where.replicas:
            outcomes = [simulate(costs[ask], _world(point), seconds) for point in points]
            yield Compared(case, points, outcomes)


def _world(point: Point) -> World:
    """Where *point* was measured."""
    return World(
        replicas=point.replicas,
        callers=point.in_flight,
        writes=Ask(point.ask).writes,
        processors=PROCESSORS,
        round_trip=point.round_trip,
        busy=max(0.0, (point.machine - point.ours) / point.seconds),
    )


def _table(head: Sequence[str], rows: Iterator[tuple[str, ...]]) -> str:
    return aligned([head, *rows])


def _costs(run: Run) -> str:
    rows = [(name, f"{seconds * 1000:.3f}") for name, seconds in asdict(costs_of(run)).items()]
    return aligned(rows)


def _compared_row(compared: Compared) -> tuple[str, ...]:
    case = compared.case
    measured, simulated = compared.batches
    return (
        case.ask,
        str(case.where.replicas),
        f"{case.where.round_trip * 1000:g}",
        str(case.in_flight),
        f"{median(point.write_rate for point in compared.measured):,.0f}",
        f"{median(outcome.writes for outcome in compared.simulated):,.0f}",
        f"{compared.error:+.0%}",
        f"{measured:.1f}",
        f"{simulated:.1f}",
    )


def _place_rows(run: Run) -> Iterator[tuple[str, ...]]:
    of_one, of_many = costs_of(run), costs_of_batches(run)
    for place in PLACES:
        for replicas, callers, writes in LOADS:
            world = World(
                replicas=replicas,
                callers=callers,
                writes=writes,
                round_trip=place.round_trip,
                trips_held=place.trips_held,
            )
            costs = replace(of_one if writes == 1 else of_many, sync=place.sync)
            yield _place_row(place, world, simulate(costs, world))


def _place_row(place: Place, world: World, outcome: Outcome) -> tuple[str, ...]:
    return (
        place.name,
        str(world.replicas),
        f"{world.callers} of {world.writes}",
        f"{outcome.writes:,.0f}",
        f"{outcome.batch:.1f}",
        f"{outcome.p50 * 1000:.0f}",
        f"{outcome.p99 * 1000:.0f}",
        f"{outcome.row:.0%}",
        f"{max(outcome.servers):.0%}",
        f"{outcome.database:.2f}",
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.simulate_scale")
    parser.add_argument("--measured", type=Path, default=MEASURED, help="the points (%(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
