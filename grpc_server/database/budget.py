"""Byte budgets of reads: no more rows come into memory than fit, and one beyond these.

SQLite gives its rows one by one, so that it is enough to stop taking them. The driver of
PostgreSQL takes the whole result before it gives the first row: there, the statement
itself ends, by a running sum of the sizes, for which no payload is read.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from sqlalchemy import BigInteger, Connection, FromClause, Row, Select, bindparam, func, select

from grpc_server.database.dialects import Sql

_EARLIER_VALUES = (None, -1)
_EARLIER_ROWS = (None, -2)
"""Without the row before: a page of one row that is too large is followed by another row."""


def filled(rows: Iterable[Row[Any]], limit: int, max_bytes: int) -> tuple[list[Row[Any]], bool]:
    """Take rows until *limit* or *max_bytes* is reached, and tell whether one was left over.

    One is taken in any case.
    """
    shown: list[Row[Any]] = []
    size = 0
    for row in rows:
        size += len(row.payload)
        if shown and (len(shown) == limit or size > max_bytes):
            return shown, True
        shown.append(row)
    return shown, False


def begun(rows: Iterable[Row[Any]], max_bytes: int) -> Iterator[Row[Any]]:
    """Take rows until *max_bytes* are exceeded, by the last one."""
    size = 0
    for row in rows:
        yield row
        size += len(row.payload or b"")
        if size > max_bytes:
            return


@dataclass(frozen=True, slots=True)
class Bounded:
    """A statement that ends when the parameter `max_bytes` is exceeded, in each dialect.

    It is *statement*, with its columns and in its *order*, which is of the columns of what
    is selected from it. It ends one row after the one that does not fit, or, if *by* value, after
    the last one that has the same place in the order. What counts is the column `payload`,
    and `previous`, where there is one.
    """

    sqlite: Select[Any]
    postgresql: Select[Any]

    @classmethod
    def of(
        cls,
        statement: Select[Any],
        order: Callable[[FromClause], Sequence[Sql]],
        by: Literal["row", "value"] = "row",
    ) -> Self:
        """Bound *statement*."""
        return cls(statement, _bounded(statement, order, by))

    def on(self, connection: Connection) -> Select[Any]:
        """Give the statement for the database of *connection*."""
        return self.postgresql if connection.dialect.name == "postgresql" else self.sqlite


def _bounded(
    statement: Select[Any],
    order: Callable[[FromClause], Sequence[Sql]],
    by: Literal["row", "value"],
) -> Select[Any]:
    found = statement.subquery("found")
    rows, values = (_EARLIER_ROWS, None) if by == "row" else (None, _EARLIER_VALUES)
    before = func.sum(_size(found)).over(order_by=order(found), rows=rows, range_=values)
    sized = select(*found.c, before.label("before")).subquery("sized")
    return (
        select(*(column for column in sized.c if column.name != "before"))
        .where(func.coalesce(sized.c.before, 0) <= bindparam("max_bytes", type_=BigInteger()))
        .order_by(*order(sized))
    )


def _size(found: FromClause) -> Sql:
    """Give how many bytes a row has, as they are stored."""
    sizes = [
        func.coalesce(func.octet_length(column), 0)
        for column in found.c
        if column.name in {"payload", "previous"}
    ]
    total: Sql = sum(sizes[1:], start=sizes[0])
    return total
