"""Documents: JSON text as Python values, read strictly and at a cost that is known before.

A key that stands twice in an object is refused, because readers would differ in what it
says; so is half of a surrogate pair, which is no text.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic_core import from_json

from items_protojson.parsing.elements import elements, most_elements
from items_protojson.parsing.excerpt import excerpt
from items_protojson.scalars.numbers import read_fraction

MAX_ELEMENTS: Final = 100_000
"""Elements of a document: a thousand writes of 100 fields, labels and attributes each."""

SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


class Malformed(Exception):
    """The text is not JSON, or an object in it has a key twice; the message says where."""


class Excessive(Exception):
    """The text has more than MAX_ELEMENTS elements."""

    def __init__(self) -> None:
        super().__init__(f"the body has more than {MAX_ELEMENTS} keys and list elements")


def count(raw: bytes) -> Iterator[int]:
    """Bound the elements of *raw*, in steps: yield what they do not exceed, the last holds.

    Raises:
        Excessive: there are more than MAX_ELEMENTS.
    """
    bound = most_elements(raw)
    if bound <= MAX_ELEMENTS:
        yield bound
        return
    for found in elements(raw):
        if found > MAX_ELEMENTS:
            raise Excessive
        yield found


def read(raw: bytes) -> Any:
    """The value that *raw* is; numbers that doubles may not hold are marked as Written.

    Raises:
        Malformed: it is none.
    """
    try:
        if SURROGATE.search(raw):
            from_json(raw)  # finds halves of pairs
        return _DECODER.decode(raw.decode())
    except (ValueError, RecursionError) as error:
        raise Malformed(_what_is_wrong(raw, error)) from None


def _what_is_wrong(raw: bytes, error: Exception) -> str:
    """Why *raw* is no JSON, with the line and column."""
    try:
        from_json(raw)
    except ValueError as found:
        return str(found)
    return str(error)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise Malformed(f"the key {_repeated(pairs)} stands twice in an object")
    return members


def _repeated(pairs: list[tuple[str, Any]]) -> str:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            return json.dumps(excerpt(key))
        seen.add(key)
    raise AssertionError("there is one")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_float=read_fraction)
