"""Text in SQL: comparison by code points, wildcards that mind case, ranges for indexes.

No text in a store has a NUL, and PostgreSQL takes none as an operand.
"""

import json
import operator
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import and_, false, func, true

from grpc_server.database import wildcards
from grpc_server.database.dialects import Sql, per_dialect
from grpc_server.database.query import Operator

_COMPARE: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
}
_BESIDE_NUL = {
    Operator.LESS: Operator.LESS_OR_EQUAL,
    Operator.LESS_OR_EQUAL: Operator.LESS_OR_EQUAL,
    Operator.GREATER: Operator.GREATER,
    Operator.GREATER_OR_EQUAL: Operator.GREATER,
}
_SPECIAL_IN_GLOB = re.compile(r"[*?\[]")
_SPECIAL_IN_LIKE = re.compile(r"[%_!]")
_FIRST_SURROGATE, _AFTER_SURROGATES = 0xD800, 0xE000


def compared(left: Sql, relation: Operator, right: object) -> Sql:
    """True if *left* compares so with *right*; NULL if *left* is NULL."""
    if isinstance(right, str) and "\0" in right:
        return _compared_with_nul(left, relation, right)
    comparison: Sql = _COMPARE[relation](left, right)
    return comparison


def _compared_with_nul(left: Sql, relation: Operator, right: str) -> Sql:
    """Compare with what is before the NUL: nothing lies between the two."""
    match relation:
        case Operator.EQUAL:
            return false()
        case Operator.NOT_EQUAL:
            return true()
        case _:
            before, _, _ = right.partition("\0")
            return compared(left, _BESIDE_NUL[relation], before)


def text_matches(text: Sql, parts: Sequence[str]) -> Sql:
    """True if *text* has *parts* in order, with anything between them.

    On SQLite, whose statements cannot be interrupted while GLOB runs, the cost is linear in
    the text. PostgreSQL's LIKE costs the text times the longest part, and can be cancelled.
    """
    if any("\0" in part for part in parts):
        return false()  # GLOB would take it for the end
    like = "%".join(_SPECIAL_IN_LIKE.sub(r"!\g<0>", part) for part in parts)
    return per_dialect(sqlite=_sqlite_matches(text, parts), postgresql=text.like(like, escape="!"))


def _sqlite_matches(text: Sql, parts: Sequence[str]) -> Sql:
    if wildcards.are_short(parts):
        glob = "*".join(_SPECIAL_IN_GLOB.sub(r"[\g<0>]", part) for part in parts)
        return text.bool_op("GLOB")(glob)
    matching: Sql = getattr(func, wildcards.FUNCTION)(text, json.dumps(parts))
    return matching


def text_matches_in_range(text: Sql, parts: Sequence[str]) -> Sql:
    """True as `text_matches` is, in a form that seeks the prefix in an index on *text*."""
    if any("\0" in part for part in parts):
        return false()
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
