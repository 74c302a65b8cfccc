"""The fields of an item, as the contract declares them: how each is written.

All of it comes from the descriptor, so that a field which is added to the contract is
written like its fellows. Which fields clients write is generated: `ITEM_WRITABLE`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import Any, Final

from google.protobuf.message import Message

from items.v1 import items_pb2 as pb
from items.v1.items_fields import ITEM_REQUIRED

FREE_FORM: Final = "google.protobuf.Struct"


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
    return _fields_of(message.DESCRIPTOR)[name].is_set(message, name)


def has_same(name: str, one: Message, other: Message) -> bool:
    """Whether the field *name* is the same in two messages of a type."""
    is_same: bool = getattr(one, name) == getattr(other, name)
    return is_same and has_value(one, name) == has_value(other, name)


def copy_field(name: str, source: Message, target: Message) -> None:
    """Make the field *name* of *target* what it is in *source*, a message of the same type."""
    _fields_of(source.DESCRIPTOR)[name].copy(name, source, target)


def _copy_plain(name: str, source: Message, target: Message) -> None:
    setattr(target, name, getattr(source, name))


def _copy_scalar(name: str, source: Message, target: Message) -> None:
    if source.HasField(name):
        setattr(target, name, getattr(source, name))
    else:
        target.ClearField(name)


def _copy_message(name: str, source: Message, target: Message) -> None:
    if source.HasField(name):
        getattr(target, name).CopyFrom(getattr(source, name))
    else:
        target.ClearField(name)


def _copy_elements(name: str, source: Message, target: Message) -> None:
    target.ClearField(name)
    getattr(target, name).MergeFrom(getattr(source, name))


def _is_present(message: Message, name: str) -> bool:
    return message.HasField(name)


def _has_elements(message: Message, name: str) -> bool:
    return bool(getattr(message, name))


def _is_not_zero(message: Message, name: str) -> bool:
    return any(field.name == name for field, _ in message.ListFields())  # -0.0 is one


@dataclass(frozen=True, slots=True)
class _Field:
    """What is asked of a field at each write, decided once by its kind."""

    copy: Callable[[str, Message, Message], None]
    is_set: Callable[[Message, str], bool]


_BY_KIND: Final = {
    Kind.SCALAR: _Field(_copy_scalar, _is_present),
    Kind.PLAIN: _Field(_copy_plain, _is_not_zero),
    Kind.LIST: _Field(_copy_elements, _has_elements),
    Kind.MAP: _Field(_copy_elements, _has_elements),
    Kind.FREE: _Field(_copy_message, _is_present),
    Kind.PART: _Field(_copy_message, _is_present),
    Kind.FOREIGN: _Field(_copy_message, _is_present),
}


@cache
def _fields_of(descriptor: Any) -> dict[str, _Field]:
    return {name: _BY_KIND[kind] for name, kind in kinds_of(descriptor).items()}


def copy_entry(name: str, key: str, source: Message, target: Message) -> None:
    """Make the entry *key* of a map what it is in *source*; without one, remove it."""
    given, entries = getattr(source, name), getattr(target, name)
    if key not in given:
        entries.pop(key, None)
        return
    value = given[key]
    if isinstance(value, Message):
        entries[key].CopyFrom(value)
    else:
        entries[key] = value


def missing_fields(item: pb.Item) -> Iterator[str]:
    """The fields that an item must have, and *item* has not."""
    return (name for name in ITEM_REQUIRED if not _ITEM[name].is_set(item, name))


_ITEM: Final = _fields_of(pb.Item.DESCRIPTOR)
