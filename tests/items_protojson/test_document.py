"""JSON text as values: strictly, with its numbers, and counted before it is built."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from items_protojson.parsing.document import MAX_ELEMENTS, Excessive, Malformed, count, read
from items_protojson.parsing.elements import WINDOW, elements, most_elements
from items_protojson.parsing.excerpt import SHOWN

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=9),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
)

SIGNS = st.text('\\",[]{}: a', max_size=20)


def number_of_elements(value: Any) -> int:
    """The marks before the elements of *value*: an empty list or object has one, too."""
    match value:
        case dict():
            return max(1, len(value)) + sum(map(number_of_elements, value.values()))
        case list():
            return max(1, len(value)) + sum(map(number_of_elements, value))
    return 0


def all_elements(raw: bytes) -> int:
    return list(elements(raw))[-1]


@given(value=JSON)
def test_elements_are_counted_without_reading_them(value: Any) -> None:
    raw = json.dumps(value).encode()
    assert all_elements(raw) == number_of_elements(value) <= most_elements(raw)


@given(before=SIGNS, within=st.integers(-30, 0), after=SIGNS)
def test_where_the_count_is_divided_makes_no_difference(
    before: str, within: int, after: str
) -> None:
    filler = "x" * (WINDOW + within)
    raw = json.dumps([before, filler, after, [before]]).encode()
    assert all_elements(raw) == 5


@pytest.mark.parametrize("text", ["," * (MAX_ELEMENTS + 1), '\\",' * MAX_ELEMENTS])
def test_commas_within_a_text_are_no_elements(text: str) -> None:
    assert list(count(json.dumps([text]).encode()))[-1] == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"[" + b"1," * MAX_ELEMENTS + b"1]",
        b"[" * (MAX_ELEMENTS + 1),
        b"{" + b'"":{},' * MAX_ELEMENTS,
    ],
    ids=["flat", "deep", "objects"],
)
def test_more_elements_than_a_document_may_have_are_refused_before_it_is_read(raw: bytes) -> None:
    with pytest.raises(Excessive, match=f"more than {MAX_ELEMENTS}"):
        list(count(raw))


@given(value=JSON)
def test_a_document_is_read_as_it_was_written(value: Any) -> None:
    assert read(json.dumps(value, ensure_ascii=False).encode()) == value
    assert read(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"a":1,"b":2,"a":3}', 'the key "a" stands twice'),
        ('[{"x":[{"y":1,"y":1}]}]', 'the key "y" stands twice'),
        ('{"name": nope}', "line 1 column 11"),
        ('"\\ud800"', "hex escape"),
        ("1" * 5000, "number out of range"),
    ],
)
def test_text_that_is_no_document_is_refused_with_its_reason(text: str, what: str) -> None:
    with pytest.raises(Malformed, match=what):
        read(text.encode())


def test_of_a_long_key_that_stands_twice_only_the_beginning_is_shown() -> None:
    key = "k" * 100_000
    with pytest.raises(Malformed) as refused:
        read(f'{{"{key}":1,"{key}":2}}'.encode())
    assert len(str(refused.value)) < SHOWN + 50
