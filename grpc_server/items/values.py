"""The rules of values that the contract cannot state: all can be written as JSON."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from google.protobuf import duration_pb2, struct_pb2, timestamp_pb2
from google.protobuf.message import Message

from grpc_server.items.attributes import attribute_violations
from grpc_server.items.errors import Violation
from grpc_server.items.fields import Kind, kind_of, kinds_of
from items.v1 import items_pb2 as pb
from items.v1.items_fields import ITEM_WRITABLE

CHECKED: Final = frozenset(
    message.DESCRIPTOR.full_name
    for message in (duration_pb2.Duration, struct_pb2.Struct, timestamp_pb2.Timestamp)
)
"""Messages of others that can hold what cannot be written as JSON."""


def value_violations(item: pb.Item) -> Iterator[Violation]:
    """What is wrong with what clients write of *item*, each with its place.

    Free-form JSON has a size and a depth of its own; a time is within the years 1 to
    9999, and a duration within ten thousand years, as both are in ProtoJSON. A place
    is as ``attributes`` or ``parts[0].notes``.
    """
    for name in _VALUES:
        if item.HasField(name):  # type: ignore[arg-type]  # the name of a field
            yield from _violations(getattr(item, name), name)
    for name in _HOLDERS:
        yield from _within(item, name, "")


def _violations(value: Message, place: str) -> Iterator[Violation]:
    match value:
        case struct_pb2.Struct():
            yield from attribute_violations(value, place)
        case timestamp_pb2.Timestamp() | duration_pb2.Duration():
            if not _has_json(value):
                yield Violation(place, "must be a time or a duration that JSON can say")
        case _:
            for name in _holding(value.DESCRIPTOR):
                yield from _within(value, name, f"{place}.")


def _has_json(value: timestamp_pb2.Timestamp | duration_pb2.Duration) -> bool:
    try:
        value.ToJsonString()
    except (OverflowError, ValueError):
        return False
    return True


def _within(message: Message, name: str, place: str) -> Iterator[Violation]:
    where = f"{place}{name}"
    match kinds_of(message.DESCRIPTOR)[name]:
        case Kind.LIST:
            for index, element in enumerate(getattr(message, name)):
                yield from _violations(element, f"{where}[{index}]")
        case Kind.MAP:
            for key, element in getattr(message, name).items():
                yield from _violations(element, f"{where}[{json.dumps(key)}]")
        case _ if message.HasField(name):
            yield from _violations(getattr(message, name), where)


@cache
def _holding(descriptor: Any) -> tuple[str, ...]:
    """The fields of a message that are or hold what is checked."""
    return tuple(field.name for field in descriptor.fields if _is_checked(_value_type(field)))


def _is_checked(message: Any | None) -> bool:
    if message is None:
        return False
    is_ours = message.file == pb.DESCRIPTOR
    return message.full_name in CHECKED or (is_ours and bool(_holding(message)))


def _value_type(field: Any) -> Any | None:
    """The message that *field* holds, or that each of its values is."""
    is_map = kind_of(field) is Kind.MAP
    return field.message_type.fields_by_name["value"].message_type if is_map else field.message_type


def _is_value(name: str) -> bool:
    return kinds_of(pb.Item.DESCRIPTOR)[name] in {Kind.FREE, Kind.FOREIGN}


_WRITTEN: Final = [name for name in ITEM_WRITABLE if name in _holding(pb.Item.DESCRIPTOR)]
_VALUES: Final = tuple(name for name in _WRITTEN if _is_value(name))
_HOLDERS: Final = tuple(name for name in _WRITTEN if not _is_value(name))
