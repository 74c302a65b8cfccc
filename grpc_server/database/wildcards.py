"""Texts with wildcards, matched in time linear in the text.

Between two stars, the leftmost place of a part is as good as any other: what follows has
the most room there. So each part is looked for once, from where the one before it ended,
and nothing is ever tried again. SQLite's GLOB and PostgreSQL's LIKE try a part anew at
each character, which costs the length of the text times that of the part.
"""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

FUNCTION = "has_parts"
"""The name of `has_parts` in the SQL of SQLite; its second operand is a JSON array."""

_QUICK = 100_000
"""How many comparisons of characters are quicker than a search that is linear."""

SHORT = 32
"""Up to so many characters, trying a part anew at each character costs next to nothing."""


def has_parts(text: str, parts: Sequence[str]) -> bool:
    """Return whether *text* is *parts* in order, with anything between them.

    A single part is the whole text.
    """
    first, *rest = parts
    if not rest:
        return text == first
    *middle, last = rest
    if not text.startswith(first):
        return False
    position = len(first)
    for part in middle:
        position = _find(text, part, position)
        if position < 0:
            return False
        position += len(part)
    return text.endswith(last) and len(text) - len(last) >= position


def _find(text: str, part: str, start: int) -> int:
    """Return what `str.find` does, which tries a short *part* anew at each character."""
    if len(text) * len(part) <= _QUICK:
        return text.find(part, start)
    found = re.compile(re.escape(part)).search(text, start)  # never goes back in the text
    return found.start() if found else -1


def are_short(parts: Sequence[str]) -> bool:
    """Return whether a matcher that tries each part at each character is quick with *parts*.

    The first part is tried at the beginning only, however long it is.
    """
    return all(len(part) <= SHORT for part in parts[1:])


def register(connection: Any) -> None:
    """Let statements of *connection*, one of SQLite's driver, call `has_parts`."""
    connection.create_function(FUNCTION, 2, _sqlite_has_parts, deterministic=True)


def _sqlite_has_parts(text: Any, parts: str) -> bool | None:
    if text is None:
        return None
    return isinstance(text, str) and has_parts(text, _read(parts))


@lru_cache(maxsize=128)
def _read(parts: str) -> tuple[str, ...]:
    return tuple(json.loads(parts))
