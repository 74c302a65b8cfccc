"""The message without fields: an object without keys."""

from typing import Any, Final

from google.protobuf.empty_pb2 import Empty

from items_protojson.scalars.json_type import JsonType
from items_protojson.scalars.refusal import refusal


def empty_from_json(value: object) -> Empty:
    """Read an object without keys; an Empty is taken as it is."""
    if isinstance(value, Empty):
        return value
    if value == {} and isinstance(value, dict):
        return Empty()
    raise refusal("empty", "must be an object without keys")


def empty_to_json(_: Empty) -> dict[str, Any]:
    """An object without keys."""
    return {}


SCHEMA: Final = {"type": "object", "additionalProperties": False}
EMPTY: Final = JsonType(empty_from_json, empty_to_json, SCHEMA, SCHEMA)
