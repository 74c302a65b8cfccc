"""The fields of an item as keyword arguments: those that the contract lets clients write."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from items.v1 import items_pb2 as pb
from items.v1.items_fields import ItemFields

FREE_FORM = "google.protobuf.Struct"
WRAPPERS = "google/protobuf/wrappers.proto"


def item(fields: ItemFields, base: pb.Item | None = None) -> pb.Item:
    """*base* with *fields* in the place of its own; *base* itself stays as it is.

    Raises:
        TypeError: a value is of another type than its field.
    """
    built = pb.Item()
    if base is not None:
        built.CopyFrom(base)
    for name in fields:
        built.ClearField(name)  # type: ignore[arg-type]  # a name of ItemFields
    values: dict[str, Any] = dict(fields)
    built.MergeFrom(pb.Item(**{name: _given(name, value) for name, value in values.items()}))
    return built


@cache
def is_map(name: str) -> bool:
    """Whether the field *name* of an item is a map: its entries are written one by one."""
    message = pb.Item.DESCRIPTOR.fields_by_name[name].message_type
    return message is not None and message.GetOptions().map_entry


@cache
def is_free_form(name: str) -> bool:
    """Whether the field *name* of an item holds anything that JSON can say."""
    field = pb.Item.DESCRIPTOR.fields_by_name[name]
    is_struct = field.message_type is not None and field.message_type.full_name == FREE_FORM
    return is_struct and not field.is_repeated


def _given(name: str, value: Any) -> Any:
    """*value* as the constructor of a message takes it: what is None in a map is left out."""
    if value is None:
        return None
    hold = _holder(name)
    if is_map(name):
        return {key: hold(each) for key, each in value.items() if each is not None}
    if pb.Item.DESCRIPTOR.fields_by_name[name].is_repeated:
        return [hold(each) for each in value]
    return hold(value)


@cache
def _holder(name: str) -> Callable[[Any], Any]:
    """What makes a value of the field: a wrapper is put around what is none yet."""
    message = _value_type(pb.Item.DESCRIPTOR.fields_by_name[name])
    if message is None or message.file.name != WRAPPERS:
        return _plain
    wrapper: Any = GetMessageClass(message)
    return lambda value: value if isinstance(value, Message) else wrapper(value=value)


def _value_type(field: Any) -> Any:
    message = field.message_type
    is_entry = message is not None and message.GetOptions().map_entry
    return message.fields_by_name["value"].message_type if is_entry else message


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value
