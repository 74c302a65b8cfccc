"""The values that filters compare, as Python has them."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.struct_pb2 import ListValue, Struct
from google.protobuf.struct_pb2 import Value as StructValue

from grpc_server.database.query import Attribute, Column, Label, Target
from items.v1 import items_pb2 as pb

ABSENT = object()
"""What is found where nothing is; None is JSON null."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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


def as_double(value: Any) -> Any:
    """Return *value* as attributes have it: a number is a double, infinite if it is too large."""
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def kind_of(value: Any) -> type:
    """Return the type of *value*; one for all numbers, and one that nothing else has if absent."""
    kind = type(value)
    return float if kind is int else kind
