"""Field masks: paths in one string, separated by commas.

The first name of a path is a field: written in camelCase or snake_case, read as
snake_case. What follows it may be a key of a map or of free-form JSON, so that it
is taken as it is. A comma within backticks belongs to the key. (AIP-161)
"""

import re
from typing import Final

from google.protobuf.field_mask_pb2 import FieldMask

from protojson.json_type import JsonType
from protojson.refusal import refusal
from protojson.text import encodable

PATH: Final = re.compile(r"(?:[^,`]|`[^`]*`)+")
FIELD: Final = re.compile(r"[^.`]*")
CAPITAL: Final = re.compile(r"[A-Z]")


def field_mask_from_json(value: object) -> FieldMask:
    """Read comma-separated paths, each at most once; a FieldMask is taken as it is."""
    if isinstance(value, FieldMask):
        return value
    if not isinstance(value, str):
        raise refusal("field_mask", "must be paths in a string, separated by commas")
    return FieldMask(paths=[_path(path) for path in _split(encodable(value))])


def _split(text: str) -> list[str]:
    paths = PATH.findall(text)
    if ",".join(paths) != text:
        raise refusal("field_mask", "must not hold an empty path or an open backtick")
    return paths


def _path(path: str) -> str:
    return FIELD.sub(lambda field: _snake(field[0]), path, count=1)


def _snake(name: str) -> str:
    return CAPITAL.sub(lambda capital: f"_{capital[0].lower()}", name)


def field_mask_to_json(mask: FieldMask) -> str:
    """The paths as they are, in one string."""
    return ",".join(mask.paths)


FIELD_MASK: Final = JsonType(
    field_mask_from_json,
    field_mask_to_json,
    {"type": "string", "format": "field-mask"},
    {"type": "string", "format": "field-mask"},
)
