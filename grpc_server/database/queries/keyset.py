"""Pages by keyset: where a page starts is the values of the order's keys, not a count.

A page costs the same wherever it lies, and nothing is skipped or repeated when items
come and go between two pages.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, false, or_

from grpc_server.database.queries.filter_sql import column_value
from grpc_server.database.queries.json_sql import (
    Kind,
    attribute_is,
    attribute_number,
    attribute_text,
    label_text,
)
from grpc_server.database.query import Attribute, Column, Cursor, Label, Order, Value
from grpc_server.database.schema import timestamps
from grpc_server.database.schema.tables import items

Sql = ColumnElement[Any]

_TIMES = frozenset({Column.CREATE_TIME, Column.UPDATE_TIME, Column.DELETE_TIME, Column.EXPIRE_TIME})
_ABSENT, _BOOLEAN, _NUMBER, _TEXT = range(4)
_RANKS = {Kind.BOOLEAN: _BOOLEAN, Kind.NUMBER: _NUMBER, Kind.TEXT: _TEXT}


@dataclass(frozen=True, slots=True)
class Key:
    """One SQL key of an order."""

    sql: Sql
    descending: bool
    nullable: bool = True

    def direction(self) -> Sql:
        """Give the term of ORDER BY: NULL comes first, last if descending."""
        term = self.sql.desc() if self.descending else self.sql.asc()
        if not self.nullable:
            return term
        return term.nulls_last() if self.descending else term.nulls_first()

    def same(self, value: object) -> Sql:
        """True where the key is *value*; None is NULL."""
        return self.sql.is_(None) if value is None else self.sql == value

    def beyond(self, value: object) -> Sql:
        """True where the key comes after *value* in this direction."""
        if value is None:
            return false() if self.descending else self.sql.is_not(None)
        if not self.descending:
            return self.sql > value
        return or_(self.sql < value, self.sql.is_(None)) if self.nullable else self.sql < value

    def from_on(self, value: object) -> Sql | None:
        """True where the key is *value* or beyond, in a form that an index can seek."""
        if self.nullable and (self.descending or value is None):
            return None
        return self.sql <= value if self.descending else self.sql >= value


@dataclass(frozen=True, slots=True)
class Ordering:
    """An Order in SQL: its keys, and the way from a cursor's value to theirs and back."""

    keys: tuple[Key, ...]
    encode: Callable[[Value | None], tuple[object, ...]]
    decode: Callable[[Sequence[Any]], Value | None]


class Keyset:
    """The order of a list in SQL; *item_id* is the id in the table that is walked along."""

    def __init__(self, order: Sequence[Order], item_id: Sql) -> None:
        self._orderings = [_ordering(each, item_id) for each in order]
        self.keys = [key for each in self._orderings for key in each.keys]

    def after(self, cursor: Cursor) -> Sql:
        """True for what comes after the item whose values *cursor* holds."""
        pairs = zip(self._orderings, cursor, strict=True)
        return _after(self.keys, [sql for each, value in pairs for sql in each.encode(value)])

    def name(self, place: int) -> str:
        """Give the name of the column that has the key at *place*."""
        return f"key_{place}"

    def order(self, found: FromClause) -> list[Sql]:
        """Give the terms of ORDER BY for *found*, whose columns have the keys."""
        named = (replace(key, sql=found.c[self.name(n)]) for n, key in enumerate(self.keys))
        return [key.direction() for key in named]

    def cursor(self, values: Sequence[Any]) -> Cursor:
        """Give the cursor of an item from the values of its *keys*."""
        rest = iter(values)
        return tuple(each.decode([next(rest) for _ in each.keys]) for each in self._orderings)


def _after(keys: Sequence[Key], values: Sequence[object]) -> Sql:
    (key, *keys_left), (value, *values_left) = keys, values
    if not keys_left:
        return key.beyond(value)
    here = or_(key.beyond(value), and_(key.same(value), _after(keys_left, values_left)))
    bound = key.from_on(value)
    return here if bound is None else and_(bound, here)


def _ordering(order: Order, item_id: Sql) -> Ordering:
    match order.target:
        case Column.ID:
            return Ordering((Key(item_id, order.descending, nullable=False),), _alone, _only)
        case Column() as column:
            return _by_column(column, order.descending)
        case Label() as label:
            return _by_label(label, order.descending)
        case Attribute() as attribute:
            return _by_attribute(attribute, order.descending)


def _by_column(column: Column, descending: bool) -> Ordering:
    is_time = column in _TIMES

    def encode(value: Value | None) -> tuple[object, ...]:
        return (None if value is None else column_value(value),)

    def decode(values: Sequence[Any]) -> Value | None:
        value = _only(values)
        return timestamps.to_datetime(value) if is_time and isinstance(value, int) else value

    key = Key(items.c[column], descending, nullable=column is not Column.REVISION)
    return Ordering((key,), encode, decode)


def _by_label(label: Label, descending: bool) -> Ordering:
    return Ordering((Key(label_text(label), descending),), encode=_alone, decode=_only)


def _alone(value: Value | None) -> tuple[object, ...]:
    return (value,)


def _only(values: Sequence[Value | None]) -> Value | None:
    (value,) = values
    return value


def _by_attribute(attribute: Attribute, descending: bool) -> Ordering:
    """Order by type, then by value: booleans, numbers, text; null, lists and objects are absent."""
    rank = case(
        *((attribute_is(attribute, kind), rank) for kind, rank in _RANKS.items()), else_=_ABSENT
    )
    number = case((rank.in_((_BOOLEAN, _NUMBER)), attribute_number(attribute)))
    text = case((rank == _TEXT, attribute_text(attribute)))
    keys = (Key(rank, descending, nullable=False), Key(number, descending), Key(text, descending))
    return Ordering(keys, _ranked, _unranked)


def _ranked(value: Value | None) -> tuple[object, ...]:
    match value:
        case bool():
            return _BOOLEAN, int(value), None
        case int() | float():
            return _NUMBER, value, None
        case str():
            return _TEXT, None, value
        case _:
            return _ABSENT, None, None


def _unranked(values: Sequence[Value | None]) -> Value | None:
    rank, number, text = values
    if rank == _TEXT:
        return text
    return bool(number) if rank == _BOOLEAN else number
