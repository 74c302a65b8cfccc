"""Whether an item matches a filter, in plain Python.

The store answers the same question in SQL; property tests hold the two together.
"""

import math
import operator
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.struct_pb2 import ListValue, Struct
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
    Present,
    Target,
)
from grpc_server.database.wildcards import has_parts
from items.v1 import items_pb2 as pb

ABSENT = object()
"""What is found where nothing is; None is JSON null."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RELATIONS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: operator.eq,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
}


def matches(condition: Condition, item: pb.Item) -> bool:  # noqa: PLR0911  # a return for each of seven
    """Whether *condition* is true for *item*."""
    match condition:
        case Comparison():
            return _compares(condition, value_at(condition.target, item))
        case Matches(target, parts):
            found = value_at(target, item)
            return isinstance(found, str) and has_parts(found, parts)
        case Contains(target, wanted):
            found = value_at(target, item)
            number = _as_double(wanted)
            return isinstance(found, list) and any(_is_same(each, number) for each in found)
        case Present(target):
            return value_at(target, item) is not ABSENT
        case Not(term):
            return not matches(term, item)
        case And(terms):
            return all(matches(term, item) for term in terms)
        case Or(terms):
            return any(matches(term, item) for term in terms)


def value_at(target: Target, item: pb.Item) -> Any:
    """The value at *target* of *item*; ABSENT if there is none."""
    match target:
        case Column() as column:
            return _column(column, item)
        case Label(key):
            return item.labels.get(key, ABSENT)
        case Attribute(path):
            return _attribute(path, item.attributes)


def moment(seconds: int, nanos: int) -> datetime:
    """A time to the microsecond, which is as fine as the store filters."""
    return _EPOCH + timedelta(seconds=seconds, microseconds=nanos // 1000)


def _column(column: Column, item: pb.Item) -> Any:
    if column in {Column.ID, Column.REVISION}:
        return getattr(item, column)
    if not item.HasField(column.value):  # type: ignore[arg-type]  # every other column is an optional field
        return ABSENT
    found = getattr(item, column)
    return found if isinstance(found, str) else moment(found.seconds, found.nanos)


def _attribute(path: Sequence[str], struct: Struct) -> Any:
    *parents, last = path
    for key in parents:
        if key not in struct.fields:
            return ABSENT
        struct = struct.fields[key].struct_value  # empty if it is no object
    return _plain(struct.fields[last]) if last in struct.fields else ABSENT


def _plain(value: StructValue) -> Any:
    """A value as Python has it; an object as itself, since nothing compares with one."""
    kind = value.WhichOneof("kind")
    if kind is None or kind == "null_value":
        return None
    found = getattr(value, kind)
    return [_plain(each) for each in found.values] if isinstance(found, ListValue) else found


def _compares(comparison: Comparison, found: Any) -> bool:
    wanted = comparison.value
    if not isinstance(comparison.target, Column):
        wanted = _as_double(wanted)
    if comparison.operator is Operator.NOT_EQUAL:
        return not _is_same(found, wanted)
    return _kind(found) == _kind(wanted) and _RELATIONS[comparison.operator](found, wanted)


def _is_same(found: Any, wanted: Any) -> bool:
    return _kind(found) == _kind(wanted) and bool(found == wanted)


def _as_double(value: Any) -> Any:
    """Numbers in attributes are doubles; one that is too large is infinite."""
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _kind(value: Any) -> object:
    """The type of *value*, one for all numbers."""
    if value is ABSENT:
        return ABSENT
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float if is_number else type(value)
