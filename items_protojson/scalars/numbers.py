"""Numbers of free-form JSON: doubles, which hold not every number that can be written.

A decimal fraction stands for the nearest double, as everywhere. A whole number is more
often an identity than a measure: one that a double does not hold is refused. With a
fraction or an exponent, a whole number may also be written in the fewest digits that
lead to its double, as programs write doubles: `6.02214076e23`.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

MOST_EXACT: Final = 2.0**53
"""Up to here, a double holds every whole number."""

LONGEST_EXACT: Final = 16
"""Characters of a literal that cannot have more digits than a double holds: 15."""

MOST_DIGITS: Final = 1e21
"""Whole numbers below it are written in digits, those from it on with an exponent."""

ADVICE: Final = "send it as text, in quotes"


class Written(float):
    """A double that may not have the value of the *literal* that it was written as."""

    __slots__ = ("literal",)

    literal: str

    @property
    def is_kept(self) -> bool:
        """Whether this double, or how it is written, is the literal; of fractions, always."""
        written = Decimal(self.literal)
        if written != written.to_integral_value():
            return True
        return written == Decimal(float(self)) or written == Decimal(repr(float(self)))


def read_fraction(literal: str) -> float:
    """Read a literal with a fraction or an exponent; what may lose its value is Written."""
    number = float(literal)
    if len(literal) <= LONGEST_EXACT or -MOST_EXACT < number < MOST_EXACT:
        return number
    written = Written(number)
    written.literal = literal
    return written


def misfit(number: float) -> str | None:
    """Say why *number*, an int or a float as it was read, cannot be kept; None if it can."""
    try:
        double = float(number)
    except OverflowError:
        double = float("inf")
    if double - double != 0:
        return f"must be a number that a double can hold; {ADVICE}"
    if double != number or (type(number) is Written and not number.is_kept):
        return f"would be rounded to {number_to_json(double)}; {ADVICE}"
    return None


def misfits(value: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """Find the numbers in *value*, which is JSON, that cannot be kept: where, and why."""
    unseen: list[tuple[_Step | None, Any]] = [(None, value)]
    while unseen:
        place, found = unseen.pop()
        kind = type(found)
        if kind is dict:
            unseen.extend(((place, key), member) for key, member in found.items())
        elif kind is list:
            unseen.extend(((place, str(at)), member) for at, member in enumerate(found))
        elif kind in NUMBERS and (why := misfit(found)):
            yield tuple(_path(place)), why


_Step = tuple[Any, str]
"""A key or an index, after the step before it: so a place costs the same at any depth."""


def _path(place: _Step | None) -> list[str]:
    path: list[str] = []
    while place:
        place, key = place
        path.append(key)
    return path[::-1]


NUMBERS: Final = frozenset({int, float, Written})


def number_to_json(number: float) -> float:
    """*number* as it is written: a whole one without a fraction, ``3`` and not ``3.0``."""
    if number.is_integer() and -MOST_DIGITS < number < MOST_DIGITS:
        return int(number)
    return number
