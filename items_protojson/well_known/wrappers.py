"""Wrappers: messages around one value, in JSON as that value, so that it can be absent."""

from collections.abc import Callable
from typing import Any, Final

from google.protobuf.message import Message
from google.protobuf.wrappers_pb2 import (
    BoolValue,
    BytesValue,
    DoubleValue,
    FloatValue,
    Int32Value,
    Int64Value,
    StringValue,
    UInt32Value,
    UInt64Value,
)

from items_protojson.scalars.binary import base64_to_json
from items_protojson.scalars.floats import double_to_json, float32_to_json
from items_protojson.scalars.json_type import JsonType
from items_protojson.scalars.refusal import refusal
from items_protojson.scalars.text import encodable


def wrapped(wrapper: Callable[..., Any], value: JsonType) -> JsonType:
    """A *wrapper* around what is read and written as *value* is."""

    def read(json: object) -> Any:
        return json if isinstance(json, Message) else wrapper(value=value.read(json))

    def write(message: Any) -> Any:
        return value.write(message.value)

    return JsonType(read, write, value.accepts, value.answers)


def _bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise refusal("boolean", "must be true or false")


def _text(value: object) -> str:
    if isinstance(value, str):
        return encodable(value)
    raise refusal("text", "must be a string")


BOOL: Final = JsonType(_bool, bool, {"type": "boolean"}, {"type": "boolean"})
TEXT: Final = JsonType(_text, str, {"type": "string"}, {"type": "string"})


def plain_value_to_json(
    message: BoolValue | Int32Value | StringValue | UInt32Value,
) -> bool | int | str:
    """The value, which is JSON already."""
    return message.value


def long_value_to_json(message: Int64Value | UInt64Value) -> str:
    """The value as text."""
    return str(message.value)


def bytes_value_to_json(message: BytesValue) -> str:
    """The value in base64."""
    return base64_to_json(message.value)


def double_value_to_json(message: DoubleValue) -> float | str:
    """The value, or the name of what is no number."""
    return double_to_json(message.value)


def float_value_to_json(message: FloatValue) -> float | str:
    """The value in as few digits as it needs, or the name of what is no number."""
    return float32_to_json(message.value)
