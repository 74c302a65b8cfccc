"""Floating-point numbers: JSON numbers or decimal text, and names for what is no number.

`NaN`, `Infinity` and `-Infinity` are texts, because JSON has no such numbers.
"""

import re
import struct
from collections.abc import Callable
from math import copysign, inf, isfinite, nan
from typing import Any, Final, Unpack

from pydantic_core import PydanticCustomError

from items_protojson.scalars.bounds import Bounds, bounded, schema_of
from items_protojson.scalars.json_type import JsonType
from items_protojson.scalars.refusal import refusal

DECIMAL: Final = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,4})?", re.ASCII)
NAMES: Final = {"NaN": nan, "Infinity": inf, "-Infinity": -inf}

FLOAT: Final = struct.Struct("<f")

GREATEST: Final = (2 - 2**-23) * 2.0**127
"""The largest float that is finite."""

DOUBLE_TEXT: Final = r"[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?"
FLOAT_TEXT: Final = r"[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9])?"
"""Texts that are surely within what each can hold."""

LEAST_DIGITS: Final = 6
MOST_DIGITS: Final = 9
"""So many digits tell any float from all others; often fewer do."""


def double(**bounds: Unpack[Bounds]) -> JsonType:
    """A 64-bit floating-point number, within *bounds*."""
    number = {"type": "number", "format": "double", **schema_of(bounds)}
    return _type(number, DOUBLE_TEXT, bounded(_from_json, bounds), double_to_json)


def float32(**bounds: Unpack[Bounds]) -> JsonType:
    """A 32-bit floating-point number, within *bounds*, which hold for it as it is rounded."""
    span = {"minimum": -GREATEST, "maximum": GREATEST}
    number = {"type": "number", "format": "float", **span, **schema_of(bounds)}
    return _type(number, FLOAT_TEXT, bounded(_rounded, bounds), float32_to_json)


def double_to_json(number: float) -> float | str:
    """*number*, or the name of what JSON has no number for."""
    if isfinite(number):
        return number
    if number != number:  # noqa: PLR0124 - so one knows NaN
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def float32_to_json(number: float) -> float | str:
    """*number* in as few digits as tell it from all other floats, or its name."""
    if not isfinite(number):
        return double_to_json(number)
    for digits in range(LEAST_DIGITS, MOST_DIGITS):
        shortest = float(f"{number:.{digits}g}")
        if _fits(shortest) and _as_float(shortest) == number:
            return shortest
    return float(f"{number:.{MOST_DIGITS}g}")


def is_negative(number: float) -> bool:
    """Whether *number* has a minus sign, as -0.0 has, which a message holds as a value."""
    return copysign(1.0, number) < 0


def _type(
    number: dict[str, Any],
    pattern: str,
    read: Callable[[Any], float],
    write: Callable[[float], float | str],
) -> JsonType:
    """The type of what *read* accepts.

    Text is documented only where a pattern can say which: without bounds, or above 0.
    """
    named = {"type": "string", "enum": [name for name in NAMES if _accepts(read, name)]}
    answers = [number, *([named] if named["enum"] else ())]
    signs = [sign for sign, least in (("-?", "-1"), ("", "0")) if _accepts(read, least)]
    is_open = _accepts(read, "Infinity") and signs
    text = [{"type": "string", "pattern": f"^{signs[0]}{pattern}$"}] if is_open else []
    return JsonType(read, write, _any_of([*answers, *text]), _any_of(answers))


def _accepts(read: Callable[[Any], float], text: str) -> bool:
    try:
        read(text)
    except PydanticCustomError:
        return False
    return True


def _any_of(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _from_json(value: object) -> float:
    if isinstance(value, float) or type(value) is int:
        return _finite(value)
    if isinstance(value, str):
        if value in NAMES:
            return NAMES[value]
        if DECIMAL.fullmatch(value):
            return _finite(value)
    raise refusal("float", "must be a number, NaN, Infinity or -Infinity")


def _finite(value: float | str) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = inf
    if isfinite(number):
        return number
    raise refusal("float_range", "must be a number that a double can hold")


def _rounded(value: object) -> float:
    number = _from_json(value)
    if isfinite(number) and not _fits(number):
        raise refusal("float_range", "must be a number that a float can hold")
    return _as_float(number)


def _fits(number: float) -> bool:
    try:
        FLOAT.pack(number)
    except OverflowError:
        return False
    return True


def _as_float(number: float) -> float:
    rounded: float = FLOAT.unpack(FLOAT.pack(number))[0]
    return rounded
