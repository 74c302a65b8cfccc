"""The tables of a run, as text: rates, what each part takes of a processor, deliveries."""

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import NamedTuple

from benchmarks.scale.load import Ask
from benchmarks.scale.points import POSTGRESQL, SQLITE, Point, Run, Where
from benchmarks.table import aligned

_CASE = ("calls", "store", "servers", "in flight")
_RATES = (*_CASE, "calls/s", "x 1", "p50 ms", "p99 ms", "writes/commit", "commits/s", "sync ms")
_COSTS = (*_CASE, "load", "servers", "not called", "database", "all ours", "others")
_DELIVERIES = ("deliveries", "", "servers", "p50 ms", "p99 ms")

_HELD = ("writes in a commit", "held", "of which writer", "database", "sync", "writes/s at most")


class Case(NamedTuple):
    """What the points of all rounds have in common that can be compared."""

    ask: str
    in_flight: int
    where: Where
    called: int

    @classmethod
    def of(cls, point: Point) -> "Case":
        """The case of *point*."""
        return cls(point.ask, point.in_flight, point.where, point.called)

    @property
    def alone(self) -> "Case":
        """The same on one server and PostgreSQL."""
        return Case(self.ask, self.in_flight, Where(POSTGRESQL, 1), 1)

    @property
    def place(self) -> tuple[int, int, bool, float, int, int]:
        """Where its row is."""
        store, replicas, away = self.where.store, self.where.replicas, self.where.round_trip
        asks = [ask.value for ask in Ask]
        return asks.index(self.ask), self.in_flight, store != SQLITE, away, replicas, -self.called

    @property
    def cells(self) -> tuple[str, ...]:
        """How its row begins."""
        replicas = str(self.where.replicas)
        called = replicas if self.called == self.where.replicas else f"{self.called} of {replicas}"
        away = f", {self.where.round_trip * 1000:g} ms away" if self.where.round_trip else ""
        return self.ask, self.where.store + away, called, str(self.in_flight)


Cases = dict[Case, list[Point]]


def by_case(points: Iterable[Point]) -> Cases:
    """The points of each case, by round; the cases in the order of the rows."""
    found: Cases = {}
    for point in sorted(points, key=lambda point: (Case.of(point).place, point.round)):
        found.setdefault(Case.of(point), []).append(point)
    return found


def middle(points: Sequence[Point], figure: Callable[[Point], float]) -> float:
    """The median of *figure*."""
    return median(figure(point) for point in points)


def tables(run: Run) -> str:
    """Every table, with a blank line between them."""
    cases = by_case(run.points)
    rates = [_RATES, *(_rate_row(case, cases) for case in cases)]
    costs = [_COSTS, *(_cost_row(case, points) for case, points in cases.items())]
    parts = (
        run.machine,
        aligned(rates),
        "Milliseconds of a processor for a call, and processors that were busy in all:",
        aligned(costs),
        aligned([_DELIVERIES, *_delivery_rows(run)]),
        "The row of the store, held by one writer alone, in milliseconds:",
        aligned([_HELD, *_held_rows(run)]),
    )
    return "\n\n".join(parts)


def _rate_row(case: Case, cases: Cases) -> tuple[str, ...]:
    points = cases[case]
    is_writing = middle(points, lambda point: point.writes) > 0
    return (
        *case.cells,
        f"{middle(points, lambda point: point.rate):,.0f}",
        _ratio(points, cases.get(case.alone, [])),
        f"{middle(points, lambda point: point.p50 * 1000):.1f}",
        f"{middle(points, lambda point: point.p99 * 1000):.1f}",
        f"{middle(points, lambda point: point.writes / point.commits):.1f}" if is_writing else "",
        f"{middle(points, lambda point: point.commits / point.seconds):,.0f}" if is_writing else "",
        _sync(points),
    )


def _ratio(points: Sequence[Point], alone: Sequence[Point]) -> str:
    """How many times as many calls as on one server, within the same round."""
    pairs = zip(points, alone, strict=False)
    ratios = [point.rate / other.rate for point, other in pairs]
    return f"{median(ratios):.2f}" if ratios else ""


def _sync(points: Sequence[Point]) -> str:
    timed = [point.sync_seconds / point.syncs for point in points if point.syncs]
    return f"{median(timed) * 1000:.2f}" if timed else ""


def _cost_row(case: Case, points: Sequence[Point]) -> tuple[str, ...]:
    def for_a_call(part: Callable[[Point], float]) -> str:
        return f"{middle(points, lambda point: part(point) / point.calls * 1000):.3f}"

    return (
        *case.cells,
        for_a_call(lambda point: point.load),
        for_a_call(lambda point: point.servers),
        for_a_call(lambda point: point.idle) if case.called < case.where.replicas else "",
        for_a_call(lambda point: point.database) if case.where.store == POSTGRESQL else "",
        f"{middle(points, lambda point: point.ours / point.seconds):.2f}",
        f"{middle(points, lambda point: (point.machine - point.ours) / point.seconds):.2f}",
    )


def _delivery_rows(run: Run) -> Iterable[tuple[str, ...]]:
    kinds = sorted({(each.store != SQLITE, each.store, each.replicas) for each in run.watched})
    for _, store, replicas in kinds:
        found = [each for each in run.watched if (each.store, each.replicas) == (store, replicas)]
        whom = "of another server" if replicas > 1 else "of this server"
        yield (
            store,
            whom,
            str(replicas),
            f"{median(each.p50 for each in found) * 1000:.1f}",
            f"{median(each.p99 for each in found) * 1000:.1f}",
        )


def _held_rows(run: Run) -> Iterable[tuple[str, ...]]:
    for writes in sorted({each.writes for each in run.held}):
        found = [each for each in run.held if each.writes == writes]
        held = median(each.seconds for each in found)
        yield (
            str(writes),
            f"{held * 1000:.2f}",
            f"{median(each.writer for each in found) * 1000:.2f}",
            f"{median(each.database for each in found) * 1000:.2f}",
            f"{median(each.sync for each in found) * 1000:.2f}",
            f"{writes / held:,.0f}",
        )
