"""The rows of two databases, side by side, with no more than some thousands in memory."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Select, Table, select

AT_ONCE = 1000
"""The number of rows that are read, or written, at a time."""

Row = tuple[Any, ...]
Key = tuple[Any, ...]


def rows(connection: Connection, query: Select[Any]) -> Iterator[Row]:
    """Yield the rows that *query* selects, fetched in pages."""
    with connection.execute(query, execution_options={"yield_per": AT_ONCE}) as found:
        yield from map(tuple, found)


def in_order(table: Table) -> Select[Any]:
    """Return the query for all rows of *table*, by its primary key."""
    return select(table).order_by(*table.primary_key.columns)


def key_of(table: Table) -> Callable[[Row], Key]:
    """Return the function that returns the primary key of a row of *table*."""
    columns = list(table.columns)
    places = [columns.index(column) for column in table.primary_key.columns]
    return lambda row: tuple(row[place] for place in places)


def side_by_side(
    left: Iterable[Row], right: Iterable[Row], key: Callable[[Row], Key]
) -> Iterator[tuple[Row | None, Row | None]]:
    """Pair rows of two sides that are sorted by *key*; None stands where a side has no row."""
    ours, theirs = iter(left), iter(right)
    one, other = next(ours, None), next(theirs, None)
    while one is not None or other is not None:
        takes_one = one is not None and (other is None or key(one) <= key(other))
        takes_other = other is not None and (one is None or key(other) <= key(one))
        yield one if takes_one else None, other if takes_other else None
        one = next(ours, None) if takes_one else one
        other = next(theirs, None) if takes_other else other
