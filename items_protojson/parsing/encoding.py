"""JSON text of what the converters return."""

from typing import Any

from pydantic_core import to_json


def encode(value: Any) -> bytes:
    """*value* as JSON in UTF-8, without spaces."""
    return to_json(value)
