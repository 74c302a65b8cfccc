"""Integers: numbers or decimal text in bodies, decimal text in queries.

A 64-bit integer is written as text, because JavaScript would round it.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, Unpack

from items_protojson.scalars.bounds import Bounds, bounded, schema_of
from items_protojson.scalars.json_type import JsonType
from items_protojson.scalars.numbers import misfit
from items_protojson.scalars.refusal import refusal

DECIMAL: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
INTEGER: Final = re.compile(r"-?[0-9]{1,40}", re.ASCII)

SIGNED_32: Final = (-(1 << 31), (1 << 31) - 1)
SIGNED_64: Final = (-(1 << 63), (1 << 63) - 1)
UNSIGNED_32: Final = (0, (1 << 32) - 1)
UNSIGNED_64: Final = (0, (1 << 64) - 1)


def int32(**bounds: Unpack[Bounds]) -> JsonType:
    """A 32-bit integer of a body, within *bounds*."""
    return _short("int32", SIGNED_32, bounds)


def uint32(**bounds: Unpack[Bounds]) -> JsonType:
    """A 32-bit integer of a body that is not negative, within *bounds*."""
    return _short("uint32", UNSIGNED_32, bounds)


def int64(**bounds: Unpack[Bounds]) -> JsonType:
    """A 64-bit integer of a body, within *bounds*."""
    return _long("int64", SIGNED_64, bounds)


def uint64(**bounds: Unpack[Bounds]) -> JsonType:
    """A 64-bit integer of a body that is not negative, within *bounds*."""
    return _long("uint64", UNSIGNED_64, bounds)


def query_int32(**bounds: Unpack[Bounds]) -> JsonType:
    """A 32-bit integer of a query, within *bounds*."""
    number = _number("int32", SIGNED_32, bounds)
    return JsonType(bounded(_within(_from_text, SIGNED_32), bounds), str, number, number)


def query_int64(**bounds: Unpack[Bounds]) -> JsonType:
    """A 64-bit integer of a query, within *bounds*."""
    number = _number("int64", SIGNED_64, bounds)
    return JsonType(bounded(_within(_from_text, SIGNED_64), bounds), str, number, number)


def _short(name: str, span: tuple[int, int], bounds: Bounds) -> JsonType:
    number = _number(name, span, bounds)
    return JsonType(bounded(_within(_from_json, span), bounds), int, number, number)


def _long(name: str, span: tuple[int, int], bounds: Bounds) -> JsonType:
    text = {"type": "string", "format": name}
    number = _number(name, span, bounds)
    pattern = {"pattern": f"^{_sign(span, bounds)}[0-9]+$"}
    accepts = {"anyOf": [{**text, **pattern}, number]}
    return JsonType(bounded(_within(_from_json, span), bounds), str, accepts, text)


def _sign(span: tuple[int, int], bounds: Bounds) -> str:
    lowest = max(span[0], bounds.get("ge", span[0]), bounds.get("gt", span[0]))
    return "-?" if lowest < 0 else ""


def _number(name: str, span: tuple[int, int], bounds: Bounds) -> dict[str, Any]:
    ends = {"minimum": span[0], "maximum": span[1]} if span[0] == 0 else {}
    return {"type": "integer", "format": name, **ends, **schema_of(bounds)}


def _within(read: Callable[[Any], int], span: tuple[int, int]) -> Callable[[Any], int]:
    low, high = span
    bits = (high - low).bit_length()

    def read_within(value: object) -> int:
        number = read(value)
        if low <= number <= high:
            return number
        if low == 0 and number < 0:
            raise refusal("integer_range", "must not be negative")
        raise refusal("integer_range", "must fit into {bits} bits", bits=bits)

    return read_within


def _from_json(value: object) -> int:
    """Read a JSON number or decimal text whose value is integral: 1, 1.0, "1e3"."""
    if type(value) is int:
        return value
    if isinstance(value, float) and value.is_integer() and not misfit(value):
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
