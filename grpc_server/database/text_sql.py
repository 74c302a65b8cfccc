"""Wildcards on text in SQL: SQLite's GLOB, which minds case, and ranges for indexes."""

import re
import sys
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, false

Sql = ColumnElement[Any]

_SPECIAL = re.compile(r"[*?\[]")
_FIRST_SURROGATE, _AFTER_SURROGATES = 0xD800, 0xE000


def text_matches(text: Sql, parts: Sequence[str]) -> Sql:
    """True if *text* has *parts* in order, with anything between them."""
    if any("\0" in part for part in parts):
        return false()  # no item has a NUL, and GLOB would take it for the end
    pattern = "*".join(_SPECIAL.sub(r"[\g<0>]", part) for part in parts)
    return text.bool_op("GLOB")(pattern)


def text_matches_in_range(text: Sql, parts: Sequence[str]) -> Sql:
    """True as `text_matches` is, in a form that seeks the prefix in an index on *text*."""
    prefix, *rest = parts
    bounds = [text >= prefix]
    if (successor := _successor(prefix)) is not None:
        bounds.append(text < successor)
    if rest == [""]:
        return and_(*bounds)
    return and_(*bounds, text_matches(text, parts))


def _successor(prefix: str) -> str | None:
    """Give the first text after all that begin with *prefix*; None if there is none."""
    stem = prefix.rstrip(chr(sys.maxunicode))
    if not stem:
        return None
    following = ord(stem[-1]) + 1
    return stem[:-1] + chr(_AFTER_SURROGATES if following == _FIRST_SURROGATE else following)
