"""How far replicas on one PostgreSQL go: `python -m benchmarks.scale`.

It starts a PostgreSQL whose commits are on the disk, and on it one, two and four gRPC
servers, a new database for each number of them; the same with a way to PostgreSQL that is
longer by 6 ms there and back; and, as the reference, one server on a file of SQLite. Each
is sent the same loads from a process of its own, and every round has all of them, every
second one in the opposite order. Figures are medians of rounds, and `x 1` is the median of
the ratios, within a round, to one server on PostgreSQL.

Everything runs on this machine: servers, PostgreSQL and the load share its processors, and
whoever else uses it is in `others`. What each part takes of a processor for a call is
therefore told beside the rates: it does not depend on how many processors there are.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.example import SEED
from benchmarks.load.load import Limit, LoadFailed
from benchmarks.load.watch_load import Writing
from benchmarks.machine import describe_machine
from benchmarks.options import MILLION
from benchmarks.scale.calm import await_calm
from benchmarks.scale.cost import Cost
from benchmarks.scale.load import BATCH, Ask, Generate, Load, generator
from benchmarks.scale.points import POSTGRESQL, SQLITE, Held, Point, Run, Watched, Where
from benchmarks.scale.row import hold
from benchmarks.scale.store import Deployment, on_postgresql, on_sqlite, postgresql
from benchmarks.scale.table import tables
from benchmarks.scale.watch import deliver
from benchmarks.servers.process import ServerFailed
from tests.postgresql import PostgresServer

SIZES = (1, 2, 4)
"""How many replicas are compared."""

CASES = (
    (Ask.CREATE, 1),
    (Ask.CREATE, 16),
    (Ask.CREATE, 64),
    (Ask.CREATE, 256),
    (Ask.BATCH, 16),
    (Ask.GET, 64),
    (Ask.GET, 256),
    (Ask.LIST, 16),
)
"""What is asked, and how many calls are in flight, in all."""

ONE_OF_TWO = ((Ask.CREATE, 16), (Ask.CREATE, 64), (Ask.CREATE, 256))
"""What is also asked of one of two replicas: what the other one takes, it takes to follow."""

FAR = 0.006
"""Seconds that a round trip takes to a PostgreSQL that is farther away."""

FAR_CASES = ((Ask.CREATE, 16), (Ask.CREATE, 64), (Ask.CREATE, 256))
"""What is asked where the database is far away."""

WATCHERS = 20
WRITES_TO_WATCH = 100
KNOWN = 1000
AMPLE = 3600.0

Start = Callable[[], AbstractContextManager[Deployment]]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How often everything is measured, and for how many seconds each.

    *patience* is for how long a calm moment is waited for, before each deployment.
    """

    rounds: int
    seconds: float
    watch_seconds: float
    row_seconds: float
    patience: float = 0.0
    sizes: tuple[int, ...] = SIZES


def main() -> None:
    """Measure, print the tables, and keep the points if a file is named."""
    options = _options()
    plan = Plan(
        options.rounds,
        options.seconds,
        options.watch_seconds,
        options.row_seconds,
        options.patience,
    )
    with tempfile.TemporaryDirectory(prefix="items-scale-", dir=options.folder) as folder:
        try:
            run = measure(Path(folder), plan, _say)
        except (LoadFailed, ServerFailed) as error:
            sys.exit(f"benchmark aborted: {error}")
    print(tables(run))
    if options.json:
        run.write(options.json)


def measure(folder: Path, plan: Plan, say: Say) -> Run:
    """Run every round of *plan*.

    Raises:
        LoadFailed: an answer was not the expected one.
        ServerFailed: a server did not come up.
    """
    machine = describe_machine(folder)
    say(machine)
    points: list[Point] = []
    watched: list[Watched] = []
    held: list[Held] = []
    with postgresql(_data(folder)) as database, generator() as generate:
        starts = _starts(database, folder, plan.sizes)
        for number in range(1, plan.rounds + 1):
            for where, start in starts if number % 2 else reversed(starts):
                say(f"round {number} of {plan.rounds}: {where.store}, {where.replicas}")
                await_calm(plan.patience)
                with start() as deployment:
                    visit = Visit(where, number, deployment, plan, generate)
                    points += visit.points()
                    if not where.round_trip:
                        watched.append(visit.watched())
            say(f"round {number} of {plan.rounds}: the row")
            await_calm(plan.patience)
            held += hold(database, plan.row_seconds, number)
    return Run(machine, tuple(points), tuple(watched), tuple(held))


@dataclass(frozen=True, slots=True)
class Visit:
    """All that is measured on one deployment in one round."""

    where: Where
    number: int
    deployment: Deployment
    plan: Plan
    generate: Generate

    def points(self) -> Iterator[Point]:
        """Measure every case, after the items are made that gets and lists ask for."""
        addresses = self.deployment.addresses
        self.generate(self._load(Ask.BATCH, 1, addresses, SEED, Limit(AMPLE, KNOWN // BATCH)))
        for ask, in_flight in FAR_CASES if self.where.round_trip else CASES:
            yield self._point(ask, in_flight, addresses)
        for ask, in_flight in ONE_OF_TWO if self.where == Where(POSTGRESQL, 2) else ():
            yield self._point(ask, in_flight, addresses[:1])

    def watched(self) -> Watched:
        """Measure how long deliveries take."""
        writing = Writing(WRITES_TO_WATCH, self.plan.watch_seconds, batch=1)
        found = deliver(self.deployment.addresses, WATCHERS, writing)
        return Watched(
            store=self.where.store,
            replicas=self.where.replicas,
            round=self.number,
            watchers=WATCHERS,
            changes_per_second=WRITES_TO_WATCH,
            p50=found.p50,
            p99=found.p99,
        )

    def _point(self, ask: Ask, in_flight: int, addresses: tuple[str, ...]) -> Point:
        prefix = f"{ask.name.lower()}-{in_flight}-{len(addresses)}"
        limit = Limit(self.plan.seconds, MILLION)
        load = self._load(ask, in_flight, addresses, prefix, limit)
        before = Cost.so_far(self.deployment)
        loaded = self.generate(load)
        cost = Cost.so_far(self.deployment).since(before)
        return Point.of(self.where, self.number, load, loaded, cost)

    def _load(
        self, ask: Ask, in_flight: int, addresses: tuple[str, ...], prefix: str, limit: Limit
    ) -> Load:
        return Load(ask, addresses, in_flight, limit, prefix, KNOWN)


def _starts(
    database: PostgresServer, folder: Path, sizes: tuple[int, ...]
) -> list[tuple[Where, Start]]:
    """What is compared, and how each is started."""
    near = [Where(POSTGRESQL, size) for size in sizes]
    far = [Where(POSTGRESQL, size, FAR) for size in sizes]
    replicas = [
        (where, partial(on_postgresql, database, where.replicas, folder, where.round_trip))
        for where in (*near, *far)
    ]
    return [(Where(SQLITE, 1), partial(on_sqlite, folder)), *replicas]


def _data(folder: Path) -> Path:
    """A folder for PostgreSQL, whose user gets to it."""
    folder.chmod(0o755)
    data = folder / "postgresql"
    data.mkdir()
    return data


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.scale")
    add = parser.add_argument
    add("--rounds", type=int, default=4, help="how often everything is measured (%(default)s)")
    add("--seconds", type=float, default=2.0, help="how long a load lasts (%(default)s)")
    add("--watch-seconds", type=float, default=5.0, help="how long is watched (%(default)s)")
    add("--row-seconds", type=float, default=1.0, help="how long each batch is (%(default)s)")
    add("--patience", type=float, default=0.0, help="how long to wait for calm (%(default)s)")
    add("--json", type=Path, help="where the points are kept")
    add("--folder", type=Path, help="where the stores are kept (with the temporary files)")
    return parser.parse_args()
