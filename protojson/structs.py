"""Structs: free-form JSON objects.

A number is a double: an integer beyond 2**53 is rounded, as everywhere in
ProtoJSON. Integral numbers are written without a fraction, ``3`` and not ``3.0``.
"""

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.struct_pb2 import NULL_VALUE, Struct, Value
from pydantic import ValidationError
from pydantic_core import InitErrorDetails

from protojson.json_type import JsonType
from protojson.refusal import refusal
from protojson.text import is_unicode

MAX_DEPTH: Final = 32
"""How deep objects and lists may nest: deeper, a message cannot be read any more.

A level of objects costs three levels of messages, of which parsers allow 100.
"""

EXACT: Final = 2.0**53


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
            return _number_to_json(value.number_value)
        case "bool_value":
            return value.bool_value
        case "struct_value":
            return struct_to_json(value.struct_value)
        case "list_value":
            return [value_to_json(element) for element in value.list_value.values]
    return None


def _number_to_json(number: float) -> float:
    if number.is_integer() and -EXACT < number < EXACT:
        return int(number)
    return number


def struct_from_json(value: object) -> Struct:
    """Read a JSON object; a Struct is taken as it is."""
    if isinstance(value, Struct):
        return value
    if not isinstance(value, dict):
        raise refusal("struct", "must be an object")
    struct = Struct()
    try:
        _fill_object(struct, value, 1)
    except Unfit as unfit:
        raise _located(unfit) from unfit
    return struct


def _located(unfit: Unfit) -> ValidationError:
    error = refusal("struct", "{problem}", problem=unfit.message)
    where = tuple(unfit.path)
    return ValidationError.from_exception_data(
        "Struct", [InitErrorDetails(type=error, loc=where, input=None)]
    )


def _fill_object(struct: Struct, members: Mapping[str, Any], depth: int) -> None:
    _check_depth(depth)
    fields = struct.fields
    for key, member in members.items():
        value = fields[_text(key)]
        try:
            _fill_value(value, member, depth)
        except Unfit as unfit:
            unfit.path.insert(0, key)
            raise


def _fill_list(value: Value, elements: list[Any], depth: int) -> None:
    _check_depth(depth)
    value.list_value.SetInParent()
    add = value.list_value.values.add
    for index, element in enumerate(elements):
        try:
            _fill_value(add(), element, depth)
        except Unfit as unfit:
            unfit.path.insert(0, index)
            raise


def _fill_value(value: Value, json: Any, depth: int) -> None:
    kind = type(json)
    if kind is str:
        value.string_value = _text(json)
    elif kind is bool:
        value.bool_value = json
    elif kind is int or kind is float:
        value.number_value = _finite(json)
    elif json is None:
        value.null_value = NULL_VALUE
    elif kind is dict:
        value.struct_value.SetInParent()
        _fill_object(value.struct_value, json, depth + 1)
    elif kind is list:
        _fill_list(value, json, depth + 1)
    else:
        raise Unfit("must be a JSON value")


def _text(text: str) -> str:
    if is_unicode(text):
        return text
    raise Unfit("must not hold half of a surrogate pair")


def _finite(number: float) -> float:
    try:
        double = float(number)
    except OverflowError:
        double = float("inf")
    if double - double != 0:
        raise Unfit("must be a number that a double can hold")
    return double


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Unfit(f"must not be nested more than {MAX_DEPTH} deep")


OBJECT: Final = {"type": "object", "additionalProperties": True}
STRUCT: Final = JsonType(struct_from_json, struct_to_json, OBJECT, OBJECT)
