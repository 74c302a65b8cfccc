"""The costs of the model, from what was measured of one server on PostgreSQL.

Nothing that was measured of several replicas goes in, but for what one of two takes to
follow the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median
from typing import NamedTuple

from benchmarks.scale.load import Ask
from benchmarks.scale.points import POSTGRESQL, Point, Run, Where
from benchmarks.simulation.model import Costs


class Row(NamedTuple):
    """What was measured: *total* is so many of the *first* kind, and so many of the *second*."""

    first: float
    second: float
    total: float
    known: float = 0.0


def costs_of(run: Run) -> Costs:
    """The costs of creates that come one in a call."""
    alone, beside = _points(run, Ask.CREATE, 1), _points(run, Ask.CREATE, 2)
    held_commit, held_write = fit(Row(1, each.writes, each.writer) for each in run.held)
    held = [held_commit * point.commits + held_write * point.writes for point in alone]
    pairs = list(zip(alone, held, strict=True))
    load_call, load_commit = fit(Row(p.calls, p.commits, p.load) for p in alone)
    server_call, server_commit = fit(
        Row(p.calls, p.commits, p.servers, known) for p, known in pairs
    )
    database_commit, database_write = fit(Row(p.commits, p.writes, p.database) for p in alone)
    follow_commit, follow_write = fit(Row(p.commits, p.writes, p.idle) for p in beside)
    written = [database_commit * p.commits + database_write * p.writes for p in beside]
    follow_database_commit, follow_database_write = fit(
        Row(p.commits, p.writes, p.database, known)
        for p, known in zip(beside, written, strict=True)
    )
    return Costs(
        load_call=load_call,
        load_commit=load_commit,
        server_call=server_call,
        server_commit=server_commit,
        held_commit=held_commit,
        held_write=held_write,
        database_commit=database_commit,
        database_write=database_write,
        follow_commit=follow_commit,
        follow_write=follow_write,
        follow_database_commit=follow_database_commit,
        follow_database_write=follow_database_write,
        sync=median(point.sync_seconds / point.syncs for point in alone),
    )


def costs_of_batches(run: Run) -> Costs:
    """The costs of creates that come many in a call: only the call takes something else."""
    costs = costs_of(run)
    points = _points(run, Ask.BATCH, 1)
    load = (p.load - costs.load_commit * p.commits for p in points)
    commits = costs.server_commit + costs.held_commit
    server = (p.servers - commits * p.commits - costs.held_write * p.writes for p in points)
    return replace(
        costs,
        load_call=median(rest / p.calls for rest, p in zip(load, points, strict=True)),
        server_call=median(rest / p.calls for rest, p in zip(server, points, strict=True)),
    )


def fit(measured: Iterable[Row]) -> tuple[float, float]:
    """What one of the first kind takes, and one of the second: none less than nothing.

    The errors are relative to what was measured, so that a small total counts as much as a
    large one; *known* is what is known to be part of it already.
    """
    rows = [_in_parts(row) for row in measured]
    first = sum(x * x for x, _, _ in rows)
    both = sum(x * y for x, y, _ in rows)
    second = sum(y * y for _, y, _ in rows)
    with_first = sum(x * rest for x, _, rest in rows)
    with_second = sum(y * rest for _, y, rest in rows)
    determinant = first * second - both * both
    a = (with_first * second - with_second * both) / determinant
    b = (with_second * first - with_first * both) / determinant
    if a < 0:
        return 0.0, max(0.0, with_second / second)
    if b < 0:
        return max(0.0, with_first / first), 0.0
    return a, b


def _in_parts(row: Row) -> tuple[float, float, float]:
    return row.first / row.total, row.second / row.total, 1 - row.known / row.total


def _points(run: Run, ask: Ask, replicas: int) -> Sequence[Point]:
    """Of one replica, or of two of which one is called."""
    return [
        point
        for point in run.points
        if point.ask == ask and point.where == Where(POSTGRESQL, replicas) and point.called == 1
    ]
