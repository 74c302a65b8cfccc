"""The columns that hold JSON, in SQL: the functions of SQLite, the operators of PostgreSQL.

Keys and values are bound, never written into a statement. A key that has a NUL leads
nowhere: no item has such a key, and no database could be asked for it.
"""

import json
import math
from collections.abc import Sequence
from enum import Enum
from functools import reduce
from typing import Any

from sqlalchemy import (
    Boolean,
    Float,
    Integer,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB

from grpc_server.database.dialects import PerDialect, Sql, per_dialect
from grpc_server.database.query import Attribute, Label, Value
from grpc_server.database.schema.tables import CodePoints, items


class Kind(Enum):
    """A type of JSON value: its names in SQLite, and in PostgreSQL."""

    TEXT = (("text",), "string")
    BOOLEAN = (("true", "false"), "boolean")
    NUMBER = (("real", "integer"), "number")
    NULL = (("null",), "null")
    LIST = (("array",), "array")


def label_text(label: Label) -> Sql:
    """Give the value of the label; NULL if the item has none of this key."""
    return _text(items.c.labels, [label.key])


def attribute_exists(attribute: Attribute) -> Sql:
    """True if the attribute is there, be it null."""
    return per_dialect(
        sqlite=_sqlite_type(attribute).is_not(None),
        postgresql=_value(attribute).is_not(None),
    )


def attribute_is(attribute: Attribute, kind: Kind) -> Sql:
    """True if the attribute is of *kind*; NULL if it is absent."""
    in_sqlite, in_postgresql = kind.value
    return per_dialect(
        sqlite=_sqlite_type(attribute).in_(in_sqlite),
        postgresql=func.jsonb_typeof(_value(attribute)) == in_postgresql,
    )


def attribute_text(attribute: Attribute) -> Sql:
    """Give the attribute, if it is text; else anything."""
    return _text(items.c.attributes, attribute.path)


def attribute_number(attribute: Attribute) -> Sql:
    """Give the attribute, if it is a number, or 1 or 0 if it is a boolean; else anything."""
    value = _value(attribute)
    kind = func.jsonb_typeof(value)
    number = case(
        (kind == Kind.NUMBER.value[1], cast(value, Float(53))),
        (kind == Kind.BOOLEAN.value[1], cast(cast(value, Boolean), Integer)),
    )
    extracted = func.json_extract(items.c.attributes, _path(attribute.path))
    return PerDialect(sqlite=extracted, postgresql=number, type_=Float(53))


def attribute_equals(attribute: Attribute, value: Value | None) -> Sql:
    """True if the attribute is *value*, in a form that PostgreSQL's index finds."""
    kind, operand = json_operand(value)
    found = attribute_is(attribute, kind)
    if operand is None:
        return found
    of_kind = attribute_text(attribute) if kind is Kind.TEXT else attribute_number(attribute)
    equal = and_(found, of_kind == operand)
    return per_dialect(sqlite=equal, postgresql=and_(equal, _may_equal(attribute, value)))


def attribute_contains(attribute: Attribute, value: Value | None) -> Sql:
    """True if the attribute, a list, has *value* as an element."""
    kind, operand = json_operand(value)
    each = func.json_each(items.c.attributes, _path(attribute.path)).table_valued("atom", "type")
    return per_dialect(
        sqlite=exists().where(
            each.c.type.in_(kind.value[0]), each.c.atom.is_not_distinct_from(operand)
        ),
        postgresql=_contains(_value(attribute), _as_kept(value)) if _is_json(value) else false(),
    )


def json_operand(value: Value | None) -> tuple[Kind, str | float | None]:
    """Give the kind of attribute that *value* compares with, and what it is in SQL."""
    match value:
        case None:
            return Kind.NULL, None
        case bool():
            return Kind.BOOLEAN, int(value)
        case str():
            return Kind.TEXT, value
        case int() | float():
            return Kind.NUMBER, _double(value)
        case _:
            raise TypeError(f"an attribute is never a {type(value).__name__}")


def _text(column: Sql, path: Sequence[str]) -> Sql:
    """Give what is in *column* at *path* as text, compared by code points."""
    if _leads_nowhere(path):
        return null()
    *above, last = path
    text = _below(column, above).op("->>", return_type=CodePoints)(literal(last, Text()))
    return PerDialect(
        sqlite=func.json_extract(column, _path(path)),
        postgresql=text.collate("C"),
        type_=CodePoints,
    )


def _sqlite_type(attribute: Attribute) -> Sql:
    return func.json_type(items.c.attributes, _path(attribute.path))


def _value(attribute: Attribute) -> Sql:
    """Give the attribute as PostgreSQL has it.

    Each key is an operand of its own: at the end of a path (``#>``), one that looks like
    a number would lead into a list.
    """
    if _leads_nowhere(attribute.path):
        return cast(null(), JSONB)
    return _below(items.c.attributes, attribute.path)


def _below(column: Sql, path: Sequence[str]) -> Sql:
    def step(value: Sql, key: str) -> Sql:
        return value.op("->", return_type=JSONB())(literal(key, Text()))

    return reduce(step, path, type_coerce(column, JSONB))


def _may_equal(attribute: Attribute, value: Value | None) -> Sql:
    """True if some part of the attributes is *value* at the attribute's path: for the index."""
    if not _is_json(value) or _leads_nowhere(attribute.path):
        return false()
    nested: Any = _as_kept(value)
    for key in reversed(attribute.path):
        nested = {key: nested}
    return _contains(type_coerce(items.c.attributes, JSONB), nested)


def _contains(column: Sql, value: Any) -> Sql:
    text = json.dumps(value, ensure_ascii=False)
    return column.op("@>", is_comparison=True)(cast(literal(text, Text()), JSONB))


def _is_json(value: Value | None) -> bool:
    """Whether *value* can stand in JSON as PostgreSQL keeps it."""
    if isinstance(value, str):
        return "\0" not in value
    return not isinstance(value, int | float) or math.isfinite(_double(value))


def _as_kept(value: Value | None) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return _double(value)


def _double(number: float) -> float:
    """Give *number* as JSON numbers are kept; one that is too large is infinite."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _leads_nowhere(keys: Sequence[str]) -> bool:
    return any("\0" in key for key in keys)


def _path(keys: Sequence[str]) -> str | None:
    """Give SQLite's path to the value under *keys*, whatever characters they have.

    None, at which nothing is found, if one has a NUL, which it would take for the end.
    """
    if _leads_nowhere(keys):
        return None
    return "$" + "".join("." + json.dumps(key, ensure_ascii=False) for key in keys)
