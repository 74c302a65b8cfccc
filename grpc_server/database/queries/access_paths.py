"""The ways that the indexes offer to the items of a filter, and which one to take.

SQLite does not know how many items a value leads to, and may well sort a million of
them to answer with fifty. So the choice is made here, from counts that stop early.
"""

from dataclasses import dataclass
from functools import singledispatch

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, func, select, union_all
from sqlalchemy import true as always

from grpc_server.database.queries.filter_sql import sql_of
from grpc_server.database.query import (
    And,
    Column,
    Comparison,
    Condition,
    ItemQuery,
    Label,
    Matches,
    Operator,
    Or,
)
from grpc_server.database.schema.tables import item_labels, items

FEW = 5000
"""So many items are quickly sorted, whatever the order."""

_UNINDEXED_NAME = items.c.name.concat("")
"""Hides from SQLite that it could look names up, which it would then sort."""


@dataclass(frozen=True, slots=True)
class Path:
    """An index that leads to every item that a condition is true for, and few others.

    *in_order* tells that it leads to them in the order of their ids.
    """

    table: FromClause
    item_id: ColumnElement[str]
    where: ColumnElement[bool]
    in_order: bool

    def ids(self) -> Select[str]:
        """Select the ids of the items."""
        return select(self.item_id).select_from(self.table).where(self.where).correlate(None)

    def length(self, connection: Connection) -> int:
        """Count the items, up to FEW."""
        counted = select(func.count()).select_from(self.ids().limit(FEW).subquery())
        return connection.execute(counted).scalar_one()


@dataclass(frozen=True, slots=True)
class Walk:
    """How to go through the items: where each of *where* is true.

    *item_id* is the id to order by and to start after. *in_order* tells that the database
    may go through them in the order of their ids, without a sort.
    """

    table: FromClause
    item_id: ColumnElement[str]
    where: tuple[ColumnElement[bool], ...]
    in_order: bool = True


def walk_for(query: ItemQuery, connection: Connection) -> Walk:
    """Choose what to walk along, so that the cost follows the page, not the store."""
    if query.where is None:
        return Walk(items, items.c.id, ())
    paths = paths_of(query.where)
    first = query.order[0].target
    if first is Column.ID and len(paths) == 1 and paths[0].in_order:
        return _along(paths[0], query.where)
    lengths = [path.length(connection) for path in paths]
    if min(lengths, default=FEW) < FEW:
        found = items.c.id.in_(paths[lengths.index(min(lengths))].ids())
        return Walk(items, items.c.id, (found, sql_of(query.where)), in_order=False)
    ordered = [path for path in paths if path.in_order]
    if ordered and first is not Column.NAME:
        return _along(ordered[0], query.where)
    name = _UNINDEXED_NAME if first is Column.ID else items.c.name
    return Walk(items, items.c.id, (sql_of(query.where, name),))


def _along(path: Path, condition: Condition) -> Walk:
    where = sql_of(condition)
    if path.table is items:
        return Walk(items, items.c.id, (where,))
    joined = path.table.join(items, items.c.id == path.item_id)
    return Walk(joined, path.item_id, (path.where, where))


@singledispatch
def paths_of(_condition: Condition | None) -> list[Path]:
    """Give the paths that there are to the items of a condition."""
    return []


@paths_of.register
def _of_and(condition: And) -> list[Path]:
    return [path for term in condition.terms for path in paths_of(term)]


@paths_of.register
def _of_or(condition: Or) -> list[Path]:
    """If each term has a path, all of these together are one."""
    paths = [paths_of(term) for term in condition.terms]
    if not paths or not all(paths):
        return []
    ids = union_all(*(first.ids() for first, *_ in paths)).subquery()
    return [Path(ids, ids.c[0], always(), in_order=False)]


@paths_of.register
def _of_matches(condition: Matches) -> list[Path]:
    if condition.target is not Column.NAME or not condition.parts[0]:
        return []
    return [_by_column(condition, in_order=False)]


@paths_of.register
def _of_comparison(condition: Comparison) -> list[Path]:
    is_equality = condition.operator is Operator.EQUAL
    match condition.target:
        case Label(key) if is_equality:
            return [_by_label(key, str(condition.value))]
        case Column.ID if is_equality:
            return [_by_column(condition, in_order=True)]
        case Column.NAME if condition.operator is not Operator.NOT_EQUAL:
            return [_by_column(condition, in_order=is_equality)]
        case _:
            return []


def _by_label(key: str, value: str) -> Path:
    where = and_(item_labels.c.key == key, item_labels.c.value == value)
    return Path(item_labels, item_labels.c.item_id, where, in_order=True)


def _by_column(condition: Comparison | Matches, *, in_order: bool) -> Path:
    return Path(items, items.c.id, sql_of(condition), in_order)
