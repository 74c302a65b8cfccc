"""Field masks: paths in one string, separated by commas.

The first name of a path is a field: written in camelCase or snake_case, read as
snake_case. What follows it may be a key of a map or of free-form JSON, so that it
is taken as it is. A comma within backticks belongs to the key. (AIP-161)

The bounds are those of the contract's masks: the work ends where one is passed.
"""

import re
from itertools import islice
from typing import Final

from google.protobuf.field_mask_pb2 import FieldMask

from items_protojson.scalars.json_type import JsonType
from items_protojson.scalars.refusal import refusal
from items_protojson.scalars.text import encodable

MAX_PATHS: Final = 256
MAX_CHARACTERS: Final = 4096
"""How many paths a mask has, and how many characters each of them."""

PATH: Final = re.compile(r"(?:[^,`]++|`[^`]*+`)++")
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
    paths = [path[0] for path in islice(PATH.finditer(text), MAX_PATHS + 1)]
    if len(paths) > MAX_PATHS:
        raise refusal("field_mask", "must have at most {most} paths", most=MAX_PATHS)
    if ",".join(paths) != text:
        raise refusal("field_mask", "must not hold an empty path or an open backtick")
    for path in paths:
        if len(path) > MAX_CHARACTERS:
            message = "must have paths of at most {most} characters"
            raise refusal("field_mask", message, most=MAX_CHARACTERS)
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
