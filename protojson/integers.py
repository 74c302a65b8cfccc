"""Integers: numbers or decimal text in bodies, decimal text in queries.

A 64-bit integer is written as text, because JavaScript would round it.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from protojson.json_type import JsonType
from protojson.refusal import refusal

DECIMAL: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
INTEGER: Final = re.compile(r"-?[0-9]{1,40}", re.ASCII)


def int32(ge: int | None = None) -> JsonType:
    """A 32-bit integer of a body, not below *ge*."""
    number = _number("int32", ge)
    return JsonType(_bounded(_from_json, 32, ge), int, number, number)


def int64(ge: int | None = None) -> JsonType:
    """A 64-bit integer of a body, not below *ge*."""
    text = {"type": "string", "format": "int64"}
    return JsonType(
        _bounded(_from_json, 64, ge),
        str,
        {"anyOf": [{**text, "pattern": f"^{_sign(ge)}[0-9]+$"}, _number("int64", ge)]},
        text,
    )


def query_int32(ge: int | None = None) -> JsonType:
    """A 32-bit integer of a query, not below *ge*."""
    number = _number("int32", ge)
    return JsonType(_bounded(_from_text, 32, ge), str, number, number)


def query_int64(ge: int | None = None) -> JsonType:
    """A 64-bit integer of a query, not below *ge*."""
    number = _number("int64", ge)
    return JsonType(_bounded(_from_text, 64, ge), str, number, number)


def _sign(ge: int | None) -> str:
    return "-?" if ge is None or ge < 0 else ""


def _number(name: str, ge: int | None) -> dict[str, Any]:
    minimum = {} if ge is None else {"minimum": ge}
    return {"type": "integer", "format": name, **minimum}


def _bounded(read: Callable[[Any], int], bits: int, ge: int | None) -> Callable[[Any], int]:
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1

    def read_bounded(value: object) -> int:
        number = read(value)
        if not low <= number <= high:
            raise refusal("integer_range", "must fit into {bits} bits", bits=bits)
        if ge is not None and number < ge:
            raise refusal("greater_than_equal", "must be at least {ge}", ge=ge)
        return number

    return read_bounded


def _from_json(value: object) -> int:
    """Read a JSON number or decimal text whose value is integral: 1, 1.0, "1e3"."""
    if type(value) is int:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and DECIMAL.fullmatch(value):
        return _integral(Decimal(value))
    raise refusal("integer", "must be an integer")


def _integral(value: Decimal) -> int:
    if value != value.to_integral_value():
        raise refusal("integer", "must be an integer")
    return int(value)


def _from_text(value: object) -> int:
    """Read decimal text; an int is taken as it is."""
    if type(value) is int:
        return value
    if isinstance(value, str) and INTEGER.fullmatch(value):
        return int(value)
    raise refusal("integer", "must be an integer in decimal digits")
