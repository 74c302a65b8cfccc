"""Which numbers free-form JSON keeps, and how they are written."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from items_protojson.parsing.document import read
from items_protojson.parsing.encoding import encode
from items_protojson.scalars.floats import double
from items_protojson.scalars.numbers import misfit, number_to_json

DOUBLES = st.floats(allow_nan=False, allow_infinity=False)


def is_kept(literal: str) -> bool:
    """Whether the number that is written so is kept."""
    return misfit(read(literal.encode())) is None


@given(number=st.integers(-(2**80), 2**80))
def test_a_whole_number_is_kept_exactly_or_refused(number: int) -> None:
    assert is_kept(str(number)) == (int(float(number)) == number)


@given(number=st.integers(-(2**69), 2**69).map(float))
def test_a_whole_number_that_is_kept_is_answered_in_the_digits_that_were_sent(
    number: float,
) -> None:
    assert encode(number_to_json(number)).decode() == str(int(number))


@given(number=DOUBLES)
def test_every_double_is_kept_as_programs_write_it(number: float) -> None:
    assert is_kept(repr(number))
    assert float(encode(number_to_json(number))) == number


@pytest.mark.parametrize(
    "literal",
    [
        "0.1",
        "0.1000000000000000055511151231257827",
        "-0.0",
        "1e-400",
        "6.02214076e23",
        "1152921504606847000.0",
        "1.8446744073709551616e19",
        "123456789012345678901.5",
    ],
)
def test_a_fraction_or_a_measure_is_kept_as_the_nearest_double(literal: str) -> None:
    assert is_kept(literal)


@pytest.mark.parametrize(
    ("literal", "told"),
    [
        ("9007199254740993", "would be rounded to 9007199254740992; send it as text"),
        ("9007199254740993.0", "would be rounded to 9007199254740992; send it as text"),
        ("9007199254740993e0", "would be rounded to 9007199254740992; send it as text"),
        ("-12345678901234567890", "would be rounded to -12345678901234567168; send it as text"),
        ("1e400", "must be a number that a double can hold; send it as text"),
        ("-1e400", "must be a number that a double can hold; send it as text"),
        ("1" * 400, "must be a number that a double can hold; send it as text"),
        ("NaN", "must be a number that a double can hold; send it as text"),
    ],
)
def test_a_number_that_would_become_another_one_is_refused_with_advice(
    literal: str, told: str
) -> None:
    assert misfit(read(literal.encode())) == f"{told}, in quotes"


@given(digits=st.integers(2**53, 2**60), zeros=st.integers(0, 20))
def test_zeros_after_the_point_change_nothing_for_what_is_no_double(
    digits: int, zeros: int
) -> None:
    literal = f"{digits}.{'0' * zeros}1" if zeros % 2 else f"{digits}.0{'0' * zeros}"
    whole = Decimal(literal) == digits
    as_double = Decimal(repr(float(digits))) == digits or int(float(digits)) == digits
    assert is_kept(literal) == (as_double or not whole)


@pytest.mark.parametrize("literal", ["12345678901234567.5", "9007199254740993.0", "0.5", "7"])
def test_a_field_that_is_a_double_is_read_as_the_nearest_one(literal: str) -> None:
    assert double().read(read(literal.encode())) == float(literal)


def test_not_a_number_has_no_other_form() -> None:
    assert math.isnan(number_to_json(math.nan))
