"""The rules of an item's free-form attributes, which no proto option can state."""

import json
import math
from collections.abc import Iterator

from google.protobuf import struct_pb2

from grpc_server.items.errors import Violation

MAX_BYTES = 64 * 1024
"""The largest size of the attributes as a serialized message."""

MAX_DEPTH = 32
"""How deep the attributes may nest: a flat object has depth 1."""

Found = Iterator[tuple[str, str]]
"""Where, as what follows the path of the value looked at, and what is wrong there."""


def attribute_violations(attributes: struct_pb2.Struct, field: str) -> Iterator[Violation]:
    """What is wrong with *attributes*: their size first, then each bad value.

    A value must be representable in JSON and in every database: it has a kind, its
    numbers are finite, and its texts are free of NUL.
    """
    too_large = list(size_violations(attributes, field))
    if too_large:
        yield from too_large
        return
    for where, description in _struct(attributes, 1):
        yield Violation(f"{field}{where}", description)


def size_violations(attributes: struct_pb2.Struct, field: str) -> Iterator[Violation]:
    """What is wrong with the size of *attributes*; nothing in them is looked at."""
    size = attributes.ByteSize()
    if size > MAX_BYTES:
        yield Violation(field, f"must be at most {MAX_BYTES} bytes, but is {size}")


def _struct(struct: struct_pb2.Struct, depth: int) -> Found:
    if depth > MAX_DEPTH:
        yield "", f"must be nested at most {MAX_DEPTH} deep"
        return
    for key, value in struct.fields.items():
        if "\0" in key:
            yield "", "must not have NUL characters in its keys"
        for where, description in _value(value, depth):
            yield f"[{json.dumps(key)}]{where}", description


def _list(values: struct_pb2.ListValue, depth: int) -> Found:
    if depth > MAX_DEPTH:
        yield "", f"must be nested at most {MAX_DEPTH} deep"
        return
    for index, value in enumerate(values.values):
        for where, description in _value(value, depth):
            yield f"[{index}]{where}", description


def _value(value: struct_pb2.Value, depth: int) -> Found:
    match value.WhichOneof("kind"):
        case None:
            yield "", "must have a value; use null_value for null"
        case "number_value" if not math.isfinite(value.number_value):
            yield "", "must be a finite number"
        case "string_value" if "\0" in value.string_value:
            yield "", "must not contain NUL characters"
        case "struct_value":
            yield from _struct(value.struct_value, depth + 1)
        case "list_value":
            yield from _list(value.list_value, depth + 1)
