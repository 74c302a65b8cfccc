"""Numbers of free-form JSON: doubles, which hold not every number that can be written.

A decimal fraction stands for the nearest double, as everywhere. A whole number is more
often an identity than a measure: one that a double does not hold is refused. With a
fraction or an exponent, a whole number may also be written in the fewest digits that
lead to its double, as programs write doubles: `6.02214076e23`.
"""

from decimal import Decimal
from typing import Final

MOST_EXACT: Final = 2.0**53
"""Up to here, a double holds every whole number."""

LONGEST_EXACT: Final = 16
"""Characters of a literal that cannot have more digits than a double holds: 15."""

MOST_DIGITS: Final = 1e21
"""Whole numbers below it are written in digits, those from it on with an exponent."""

ADVICE: Final = "send it as text, in quotes"


class Rounded(float):
    """The double nearest to a whole number that is another one."""


def read_fraction(literal: str) -> float:
    """Read a literal with a fraction or an exponent; what does not keep its value is Rounded."""
    number = float(literal)
    if len(literal) <= LONGEST_EXACT or abs(number) < MOST_EXACT or _is_kept(literal, number):
        return number
    return Rounded(number)


def _is_kept(literal: str, number: float) -> bool:
    """Whether *number*, or how it is written, is the value of *literal*; fractions always are."""
    if number - number != 0:
        return True  # beyond all doubles, which is refused as such
    written = Decimal(literal)
    if written != written.to_integral_value():
        return True
    return written == Decimal(number) or written == Decimal(repr(number))


def misfit(number: float) -> str | None:
    """Say why *number*, an int or a float as it was read, cannot be kept; None if it can."""
    try:
        double = float(number)
    except OverflowError:
        double = float("inf")
    if double - double != 0:
        return f"must be a number that a double can hold; {ADVICE}"
    if double != number or type(number) is Rounded:
        return f"would be rounded to {number_to_json(double)}; {ADVICE}"
    return None


def number_to_json(number: float) -> float:
    """*number* as it is written: a whole one without a fraction, ``3`` and not ``3.0``."""
    if number.is_integer() and -MOST_DIGITS < number < MOST_DIGITS:
        return int(number)
    return number
