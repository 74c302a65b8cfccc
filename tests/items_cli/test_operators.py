"""Words of a filter that are nearly operators."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from items_cli.operators import OPERATORS, misspelt_operators


@pytest.mark.parametrize(
    ("where", "meant"),
    [
        ('labels.a = "editors" AN name = "x"', "AND"),
        ("a = 1 ADN b = 2", "AND"),
        ("(a = 1)ANDD(b = 2)", "AND"),
        ("a = 1 ORR b = 2", "OR"),
        ("NO a = 1", "NOT"),
    ],
)
def test_a_word_that_stands_alone_and_is_nearly_an_operator_is_found(
    where: str, meant: str
) -> None:
    (hint,) = misspelt_operators(where)
    assert f"did you mean {meant}?" in hint


@pytest.mark.parametrize(
    "where",
    [
        "",
        "AN",  # a search, and nothing else
        "vim tiny",
        'a = 1 "AN" b = 2',  # quoted, as the hint says
        "a = 1 'AN'",
        "name = AN",  # a value
        "AN = 1",  # a field
        "labels.country = US OR labels.country = NO",
        "a = 1 an b = 2",  # lower case is a word
        "a = 1 ON b = 2",
        'a = "x AN y"',
    ],
)
def test_what_may_well_be_meant_is_left_alone(where: str) -> None:
    assert misspelt_operators(where) == []


@given(st.lists(st.sampled_from(["a = 1", 'b:"x"', "-c > 2", "(d = 1)", "NOT e:*"]), min_size=2))
def test_operators_themselves_are_never_misspelt(terms: list[str]) -> None:
    for operator in OPERATORS[:2]:
        assert misspelt_operators(f" {operator} ".join(terms)) == []


@given(st.text())
def test_any_text_can_be_looked_at(where: str) -> None:
    assert isinstance(misspelt_operators(where), list)
