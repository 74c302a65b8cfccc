"""What a condition and an order mean, in plain Python: the store must agree."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import total_ordering
from typing import Any

from google.protobuf.struct_pb2 import Struct
from google.protobuf.struct_pb2 import Value as StructValue

from grpc_server.database.query import (
    And,
    Attribute,
    Column,
    Comparison,
    Condition,
    Contains,
    Label,
    Matches,
    Not,
    Operator,
    Or,
    Order,
    Present,
    Target,
)
from items.v1 import items_pb2 as pb

ABSENT = object()
"""What is found where nothing is; None is JSON null."""

_RELATIONS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: operator.eq,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
}


def matches(condition: Condition, item: pb.Item) -> bool:  # noqa: PLR0911 - a return for each of seven
    """Tell whether *condition* is true for *item*."""
    match condition:
        case Comparison():
            return _compares(condition, value_at(condition.target, item))
        case Matches(target, parts):
            found = value_at(target, item)
            return isinstance(found, str) and has_parts(found, parts)
        case Contains(target, wanted):
            found = value_at(target, item)
            return isinstance(found, list) and any(
                _is_same(each, _as_json(wanted)) for each in found
            )
        case Present(target):
            return value_at(target, item) is not ABSENT
        case Not(term):
            return not matches(term, item)
        case And(terms):
            return all(matches(term, item) for term in terms)
        case Or(terms):
            return any(matches(term, item) for term in terms)


def sort_key(order: Sequence[Order], item: pb.Item) -> list[Any]:
    """Give what to sort *item* by, for Python's `sorted`."""
    return [
        _Descending(key) if each.descending else key
        for each in order
        for key in [_rank(value_at(each.target, item))]
    ]


def value_at(target: Target, item: pb.Item) -> Any:
    """Find the value at *target* of *item*; ABSENT if there is none."""
    match target:
        case Column() as column:
            return _column(column, item)
        case Label(key):
            return item.labels.get(key, ABSENT)
        case Attribute(path):
            found: Any = plain(item.attributes) if item.HasField("attributes") else ABSENT
            for key in path:
                found = found.get(key, ABSENT) if isinstance(found, Mapping) else ABSENT
            return found


def has_parts(text: str, parts: Sequence[str]) -> bool:
    """Tell whether *text* is *parts* in order, with anything between them."""
    first, *rest = parts
    if not rest:
        return text == first
    *middle, last = rest
    if not text.startswith(first):
        return False
    position = len(first)
    for part in middle:
        position = text.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return text.endswith(last) and len(text) - len(last) >= position


def plain(struct: Struct) -> dict[str, Any]:
    """Give the JSON object that *struct* is."""
    return {key: _plain(value) for key, value in struct.fields.items()}


def _plain(value: StructValue) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return plain(value.struct_value)
    if kind == "list_value":
        return [_plain(each) for each in value.list_value.values]
    return None if kind in {None, "null_value"} else getattr(value, kind)


def _column(column: Column, item: pb.Item) -> Any:
    if column in {Column.ID, Column.REVISION}:
        return getattr(item, column)
    if not item.HasField(column.value):  # type: ignore[arg-type]  # every other column is an optional field
        return ABSENT
    found = getattr(item, column)
    return found if isinstance(found, str) else moment(found.seconds, found.nanos)


def moment(seconds: int, nanos: int) -> datetime:
    """Give a time to the microsecond, which is as fine as the store filters."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + timedelta(seconds=seconds, microseconds=nanos // 1000)


def _compares(comparison: Comparison, found: Any) -> bool:
    wanted = comparison.value
    if not isinstance(comparison.target, Column):
        wanted = _as_json(wanted)
    if comparison.operator is Operator.NOT_EQUAL:
        return not _is_same(found, wanted)
    return _kind(found) == _kind(wanted) and _RELATIONS[comparison.operator](found, wanted)


def _is_same(found: Any, wanted: Any) -> bool:
    return _kind(found) == _kind(wanted) and bool(found == wanted)


def _as_json(value: Any) -> Any:
    """Numbers in attributes are doubles."""
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _kind(value: Any) -> object:
    """Give the type of *value*, one for all numbers."""
    if value is ABSENT:
        return ABSENT
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float if is_number else type(value)


def _rank(value: Any) -> tuple[int, Any]:
    """Order by type, then by value; what has no order counts as absent."""
    match value:
        case bool():
            return 1, value
        case int() | float():
            return 2, value
        case str() | datetime():
            return 3, value
        case _:
            return 0, 0


@total_ordering
@dataclass(frozen=True)
class _Descending:
    key: tuple[int, Any]

    def __lt__(self, other: "_Descending") -> bool:
        return other.key < self.key
