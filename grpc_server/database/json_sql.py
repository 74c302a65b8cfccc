"""The columns that hold JSON, in SQL: SQLite's json_each, json_extract and json_type.

Paths and values are bound, never written into a statement.
"""

import json
import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Exists, exists, func, select

from grpc_server.database.query import Attribute, Label, Value
from grpc_server.database.schema import items

Sql = ColumnElement[Any]

TEXT = ("text",)
_BOOLEAN = ("true", "false")
_NUMBER = ("real", "integer")
_NULL = ("null",)


def among(column: Sql, values: BindParameter[str]) -> Sql:
    """True if *column* is an element of the JSON list that *values* is bound to.

    However long the list, it is one parameter and one statement.
    """
    return column.in_(select(func.json_each(values).table_valued("value").c.value))


def label_text(label: Label) -> Sql:
    """Give the value of the label; NULL if the item has none of this key."""
    return func.json_extract(items.c.labels, _path([label.key]))


def attribute_value(attribute: Attribute) -> Sql:
    """Give the attribute: text, a number, 1 or 0 for a boolean; JSON null is NULL too."""
    return func.json_extract(items.c.attributes, _path(attribute.path))


def attribute_type(attribute: Attribute) -> Sql:
    """Give the name of the attribute's JSON type; NULL if it is absent."""
    return func.json_type(items.c.attributes, _path(attribute.path))


def attribute_contains(attribute: Attribute, value: Value | None) -> Exists:
    """True if the attribute, a list or an object, has *value* as an element."""
    types, operand = json_operand(value)
    each = func.json_each(items.c.attributes, _path(attribute.path)).table_valued("atom", "type")
    return exists().where(each.c.type.in_(types), each.c.atom.is_not_distinct_from(operand))


def json_operand(value: Value | None) -> tuple[Sequence[str], str | float | None]:
    """Give the JSON types that *value* compares with, and what it is in SQL."""
    match value:
        case None:
            return _NULL, None
        case bool():
            return _BOOLEAN, int(value)
        case str():
            return TEXT, value
        case int() | float():
            return _NUMBER, _double(value)
        case _:
            raise TypeError(f"an attribute is never a {type(value).__name__}")


def _double(number: float) -> float:
    """Give *number* as JSON numbers are kept; one that is too large is infinite."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _path(keys: Sequence[str]) -> str | None:
    """Give the JSON path to the value under *keys*, whatever characters they have.

    None, at which nothing is found, if one has a NUL: no item has such a key, and
    SQLite would take it for the end of the key.
    """
    if any("\0" in key for key in keys):
        return None
    return "$" + "".join("." + json.dumps(key, ensure_ascii=False) for key in keys)
