"""Structs: free-form JSON objects, within bounds that hold while they are read."""

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.struct_pb2 import NULL_VALUE, Struct, Value
from pydantic import ValidationError
from pydantic_core import InitErrorDetails

from items_protojson.scalars.json_type import JsonType
from items_protojson.scalars.numbers import Written, misfit, number_to_json
from items_protojson.scalars.refusal import refusal
from items_protojson.scalars.text import is_unicode

MAX_DEPTH: Final = 32
"""How deep objects and lists may nest: deeper, a message cannot be read any more.

A level of objects costs three levels of messages, of which parsers allow 100.
"""

MAX_BYTES: Final = 64 * 1024
"""The largest Struct, as a message, that a request of ours may hold."""


class Oversized(ValueError):
    """The object is larger than MAX_BYTES."""


class Unfit(ValueError):
    """A value that a Struct cannot hold; *path* leads to it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.path: list[str | int] = []


def struct_to_json(message: Struct) -> dict[str, Any]:
    """The object that *message* is, by sorted keys; a value of no kind is null."""
    fields = message.fields
    return {key: value_to_json(fields[key]) for key in sorted(fields)}


def value_to_json(value: Value) -> Any:
    """The JSON value that *value* is."""
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "number_value":
            return number_to_json(value.number_value)
        case "bool_value":
            return value.bool_value
        case "struct_value":
            return struct_to_json(value.struct_value)
        case "list_value":
            return [value_to_json(element) for element in value.list_value.values]
    return None


def struct_from_json(value: object) -> Struct:
    """Read a JSON object; a Struct is taken as it is.

    The work ends where the object is seen to be larger than MAX_BYTES. An object that is
    larger by its last few bytes may pass.
    """
    if isinstance(value, Struct):
        return value
    if not isinstance(value, dict):
        raise refusal("struct", "must be an object")
    struct = Struct()
    try:
        _Filling().fill_object(struct, value, 1)
    except Oversized:
        raise refusal("struct", "must be at most {bytes} bytes", bytes=MAX_BYTES) from None
    except Unfit as unfit:
        raise _located(unfit) from unfit
    return struct


def _located(unfit: Unfit) -> ValidationError:
    error = refusal("struct", "{problem}", problem=unfit.message)
    where = tuple(unfit.path)
    return ValidationError.from_exception_data(
        "Struct", [InitErrorDetails(type=error, loc=where, input=None)]
    )


class _Filling:
    """Fills one Struct from JSON, as far as there is room."""

    __slots__ = ("room",)

    def __init__(self) -> None:
        self.room = MAX_BYTES

    def fill_object(self, struct: Struct, members: Mapping[str, Any], depth: int) -> None:
        _check_depth(depth)
        fields = struct.fields
        for key, member in members.items():
            self._take(MEMBER + len(key))
            value = fields[_text(key)]
            try:
                self._fill_value(value, member, depth)
            except Unfit as unfit:
                unfit.path.insert(0, key)
                raise

    def _fill_list(self, value: Value, elements: list[Any], depth: int) -> None:
        _check_depth(depth)
        value.list_value.SetInParent()
        add = value.list_value.values.add
        for index, element in enumerate(elements):
            self._take(ELEMENT)
            try:
                self._fill_value(add(), element, depth)
            except Unfit as unfit:
                unfit.path.insert(0, index)
                raise

    def _fill_value(self, value: Value, json: Any, depth: int) -> None:
        kind = type(json)
        if kind is str:
            self._take(len(json))
            value.string_value = _text(json)
        elif kind is bool:
            value.bool_value = json
        elif kind is int or kind is float or kind is Written:
            value.number_value = _kept(json)
        elif json is None:
            value.null_value = NULL_VALUE
        elif kind is dict:
            value.struct_value.SetInParent()
            self.fill_object(value.struct_value, json, depth + 1)
        elif kind is list:
            self._fill_list(value, json, depth + 1)
        else:
            raise Unfit("must be a JSON value")

    def _take(self, size: int) -> None:
        """Count *size* bytes of the message: never more than it has."""
        self.room -= size
        if self.room < 0:
            raise Oversized


ELEMENT: Final = 4
"""The least bytes of a value in a list: its tag and length, and those of what it is."""

MEMBER: Final = 4 + ELEMENT
"""The least bytes of a member: its tag and length, its key's, and the value."""


def _text(text: str) -> str:
    if is_unicode(text):
        return text
    raise Unfit("must not hold half of a surrogate pair")


def _kept(number: float) -> float:
    if why := misfit(number):
        raise Unfit(why)
    return float(number)


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Unfit(f"must not be nested more than {MAX_DEPTH} deep")


OBJECT: Final = {"type": "object", "additionalProperties": True}
STRUCT: Final = JsonType(struct_from_json, struct_to_json, OBJECT, OBJECT)
