"""The fields of an item, as the contract declares them: how each is written.

All of it comes from the descriptor, so that a field which is added to the contract is
written like its fellows. Which fields clients write is generated: `ITEM_WRITABLE`.
"""

import json
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from functools import cache
from typing import Any, Final

from google.protobuf.message import Message

from items.v1 import items_pb2 as pb
from items.v1.items_fields import ITEM_WRITABLE

FREE_FORM: Final = "google.protobuf.Struct"

UNBOUNDED: Final = frozenset({FREE_FORM, "google.protobuf.Duration", "google.protobuf.Timestamp"})
"""Messages of others that can hold what cannot be written as JSON."""


class Kind(Enum):
    """How a field is written, and what a path may name within it."""

    SCALAR = auto()
    """One value that can be told from none: within it, there is nothing to name."""

    PLAIN = auto()
    """One value that is none if it is zero; likewise."""

    LIST = auto()
    """Replaced as a whole."""

    MAP = auto()
    """An entry is named by its key, and its value replaced as a whole."""

    FREE = auto()
    """Free-form JSON: the keys of objects are named, one after another."""

    PART = auto()
    """A message of the contract: its fields are named."""

    FOREIGN = auto()
    """A message of others, as a time: replaced as a whole."""


@cache
def kind_of(field: Any) -> Kind:
    """The kind of *field*, a descriptor."""
    message = field.message_type
    if message is not None and message.GetOptions().map_entry:
        return Kind.MAP
    if field.is_repeated:
        return Kind.LIST
    if message is None:
        return Kind.SCALAR if field.has_presence else Kind.PLAIN
    if message.full_name == FREE_FORM:
        return Kind.FREE
    return Kind.PART if message.file == pb.DESCRIPTOR else Kind.FOREIGN


@cache
def kinds_of(descriptor: Any) -> dict[str, Kind]:
    """The kinds of all fields of a message, by their names."""
    return {field.name: kind_of(field) for field in descriptor.fields}


def has_value(message: Message, name: str) -> bool:
    """Whether the field *name* of *message* has one: an entry, or what is not zero."""
    if kinds_of(message.DESCRIPTOR)[name] in {Kind.LIST, Kind.MAP, Kind.PLAIN}:
        return any(field.name == name for field, _ in message.ListFields())
    return message.HasField(name)


def has_same(name: str, one: Message, other: Message) -> bool:
    """Whether the field *name* is the same in two messages of a type."""
    is_same: bool = getattr(one, name) == getattr(other, name)
    return is_same and has_value(one, name) == has_value(other, name)


def copy_field(name: str, source: Message, target: Message) -> None:
    """Make the field *name* of *target* what it is in *source*, a message of the same type."""
    match kinds_of(source.DESCRIPTOR)[name]:
        case Kind.PLAIN:
            setattr(target, name, getattr(source, name))
        case Kind.LIST | Kind.MAP:
            target.ClearField(name)
            getattr(target, name).MergeFrom(getattr(source, name))
        case _ if not source.HasField(name):
            target.ClearField(name)
        case Kind.SCALAR:
            setattr(target, name, getattr(source, name))
        case _:
            getattr(target, name).CopyFrom(getattr(source, name))


def copy_entry(name: str, key: str, source: Message, target: Message) -> None:
    """Make the entry *key* of a map what it is in *source*; without one, remove it."""
    given, entries = getattr(source, name), getattr(target, name)
    if key not in given:
        entries.pop(key, None)
    elif isinstance(given[key], Message):
        entries[key].CopyFrom(given[key])
    else:
        entries[key] = given[key]


def checked_values(item: pb.Item) -> Iterator[tuple[str, Message]]:
    """Each value in what clients write of *item* that no rule of the contract bounds.

    With its place: ``attributes``, ``parts[0].notes``.
    """
    return _checked(item, _WRITTEN, "")


def _checked(message: Message, names: Iterable[str], place: str) -> Iterator[tuple[str, Message]]:
    for name in names:
        where = f"{place}{name}"
        match kinds_of(message.DESCRIPTOR)[name]:
            case Kind.LIST:
                for index, element in enumerate(getattr(message, name)):
                    yield from _checked_at(element, f"{where}[{index}]")
            case Kind.MAP:
                for key, element in getattr(message, name).items():
                    yield from _checked_at(element, f"{where}[{json.dumps(key)}]")
            case _ if message.HasField(name):
                yield from _checked_at(getattr(message, name), where)


def _checked_at(value: Message, place: str) -> Iterator[tuple[str, Message]]:
    if value.DESCRIPTOR.full_name in UNBOUNDED:
        yield place, value
    else:
        yield from _checked(value, _names_with_checked(value.DESCRIPTOR), f"{place}.")


@cache
def _names_with_checked(descriptor: Any) -> tuple[str, ...]:
    """The fields of a message that are or hold what is checked."""
    return tuple(field.name for field in descriptor.fields if _is_checked(_value_type(field)))


def _is_checked(message: Any | None) -> bool:
    if message is None:
        return False
    return message.full_name in UNBOUNDED or (
        message.file == pb.DESCRIPTOR and bool(_names_with_checked(message))
    )


def _value_type(field: Any) -> Any | None:
    """The message that *field* holds, or that each of its values is."""
    is_map = kind_of(field) is Kind.MAP
    return field.message_type.fields_by_name["value"].message_type if is_map else field.message_type


_WRITTEN: Final = tuple(
    name for name in _names_with_checked(pb.Item.DESCRIPTOR) if name in ITEM_WRITABLE
)
