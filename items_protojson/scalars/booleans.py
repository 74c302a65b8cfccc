"""Booleans of a query: the words ``true`` and ``false``."""

from typing import Final

from items_protojson.scalars.json_type import JsonType
from items_protojson.scalars.refusal import refusal

WORDS: Final = {"true": True, "false": False}


def _from_text(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in WORDS:
        return WORDS[value]
    raise refusal("boolean", "must be true or false")


def _to_text(value: object) -> str:
    return "true" if value else "false"


QUERY_BOOL: Final = JsonType(_from_text, _to_text, {"type": "boolean"}, {"type": "boolean"})
