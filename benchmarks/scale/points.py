"""What was measured, point by point, and the file that keeps it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from benchmarks.scale.cost import Cost
from benchmarks.scale.load import Load, Loaded

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"

MEASURED = Path(__file__).with_name("points.json")
"""The run that docs/scaling.md tells of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One load on one deployment: *replicas* of *store*, of which *called* were called.

    Times are seconds, those of processors sums over all processes of a kind: *idle* are the
    replicas that were not called, *machine* is all that ran, whoever started it.
    """

    store: str
    replicas: int
    round_trip: float = 0.0
    called: int
    ask: str
    in_flight: int
    round: int
    seconds: float
    calls: int
    p50: float
    p99: float
    load: float
    servers: float
    idle: float
    database: float
    machine: float
    commits: float
    writes: float
    commit_seconds: float
    syncs: float
    sync_seconds: float

    @classmethod
    def of(cls, where: "Where", number: int, load: Load, loaded: Loaded, cost: Cost) -> Self:
        """What *load* measured in the round *number*."""
        called = len(load.addresses)
        return cls(
            store=where.store,
            replicas=where.replicas,
            round_trip=where.round_trip,
            called=called,
            ask=load.ask,
            in_flight=load.in_flight,
            round=number,
            seconds=loaded.sample.seconds,
            calls=loaded.sample.requests,
            p50=loaded.sample.p50,
            p99=loaded.sample.p99,
            load=loaded.processor,
            servers=sum(cost.servers[:called]),
            idle=sum(cost.servers[called:]),
            database=cost.database,
            machine=cost.machine,
            commits=cost.commits,
            writes=cost.writes,
            commit_seconds=cost.commit_seconds,
            syncs=cost.syncs,
            sync_seconds=cost.sync_seconds,
        )

    @property
    def where(self) -> "Where":
        """The deployment that it is about."""
        return Where(self.store, self.replicas, self.round_trip)

    @property
    def rate(self) -> float:
        """Calls answered in a second."""
        return self.calls / self.seconds

    @property
    def ours(self) -> float:
        """Processor seconds of all that belongs to the benchmark."""
        return self.load + self.servers + self.idle + self.database

    @property
    def write_rate(self) -> float:
        """Writes in a second."""
        return self.writes / self.seconds


@dataclass(frozen=True, slots=True)
class Where:
    """A kind of deployment; *round_trip* is the seconds by which the way to it is longer."""

    store: str
    replicas: int
    round_trip: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How long deliveries took, in seconds, from one replica to watchers on the others."""

    store: str
    replicas: int
    round: int
    watchers: int
    changes_per_second: int
    p50: float
    p99: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How long one writer, alone, held the row of the store for a commit of so many *writes*.

    *seconds* is the median of all *commits*; the rest is for each of them: processor seconds
    of the *writer* while it held the row, and of the *database*, and how long a *sync* of
    the log took.
    """

    round: int
    writes: int
    commits: int
    seconds: float
    writer: float
    database: float
    sync: float


@dataclass(frozen=True, slots=True)
class Run:
    """All of a run: the machine in a line, and what was measured on it."""

    machine: str
    points: tuple[Point, ...]
    watched: tuple[Watched, ...]
    held: tuple[Held, ...]

    def write(self, path: Path) -> None:
        """Keep it in a file."""
        parts = (
            f'"machine": {json.dumps(self.machine)}',
            f'"points": [\n{_lines(self.points)}\n]',
            f'"watched": [\n{_lines(self.watched)}\n]',
            f'"held": [\n{_lines(self.held)}\n]',
        )
        path.write_text("{\n" + ",\n".join(parts) + "\n}\n")

    @classmethod
    def read(cls, path: Path = MEASURED) -> Self:
        """What was kept."""
        kept = json.loads(path.read_text())
        points = tuple(Point(**point) for point in kept["points"])
        watched = tuple(Watched(**each) for each in kept["watched"])
        return cls(kept["machine"], points, watched, tuple(Held(**each) for each in kept["held"]))


def _lines(values: Iterable[Point | Watched | Held]) -> str:
    """A line of JSON for each of *values*; times to the microsecond."""
    return ",\n".join(json.dumps(_rounded(asdict(value))) for value in values)


def _rounded(parts: Mapping[str, str | int | float]) -> dict[str, str | int | float]:
    return {key: round(part, 6) if isinstance(part, float) else part for key, part in parts.items()}
