"""What conditions mean, by example; `test_properties.py` has the rest."""

from typing import Any

import pytest

from grpc_server.database.query import (
    And,
    Attribute,
    Column,
    Comparison,
    Condition,
    Contains,
    Label,
    Matches,
    Not,
    Operator,
    Or,
    Present,
)
from grpc_server.database.store import Store
from items.v1 import items_pb2 as pb
from tests.grpc_server.database.histories import add, found

SIZE = Attribute(("size",))
STRANGE_KEYS = ["", '"', "'", "\\", "a.b", "[0]", "$", "é", "😀", "\n", 'a"."b', "a\\u0062"]
DEPTH = 64


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("a", ""), ["a%b", "a*b", "a?b", "a[x]b", "a_b", "ab"]),
        (("", "b"), ["a%b", "a*b", "a?b", "a[x]b", "a_b", "ab"]),
        (("", "%", ""), ["a%b"]),
        (("", "_", ""), ["a_b"]),
        (("", "*", ""), ["a*b"]),
        (("", "?", ""), ["a?b"]),
        (("a", "[x]", "b"), ["a[x]b"]),
        (("a", "x", "b"), ["a[x]b"]),
        (("A", ""), ["AB"]),
        (("ab", "b"), []),
        (("a\0", ""), []),
        (("", ""), ["AB", "a%b", "a*b", "a?b", "a[x]b", "a_b", "ab"]),
    ],
)
@pytest.mark.parametrize("target", [Column.NAME, Column.DESCRIPTION, Label("l"), SIZE])
def test_wildcards_are_those_between_the_parts_only(
    store: Store, target: Column | Label | Attribute, parts: tuple[str, ...], expected: list[str]
) -> None:
    add(store, pb.Item(id="nothing"))
    for number, text in enumerate(["AB", "a%b", "a*b", "a?b", "a[x]b", "a_b", "ab"]):
        item = pb.Item(id=f"{number} {text}", name=text, description=text, labels={"l": text})
        item.attributes.update({"size": text})
        add(store, item)
    assert [each[2:] for each in found(store, Matches(target, parts))] == expected


@pytest.mark.parametrize("key", STRANGE_KEYS)
def test_an_attribute_is_found_under_its_key_and_no_other(store: Store, key: str) -> None:
    for number, other in enumerate(STRANGE_KEYS):
        item = pb.Item(id=f"i{number}")
        item.attributes.update({other: 1, "nested": {other: True}})
        add(store, item)
    expected = [f"i{STRANGE_KEYS.index(key)}"]
    assert found(store, _equal(Attribute((key,)), 1)) == expected
    assert found(store, Present(Attribute(("nested", key)))) == expected


def test_a_key_with_a_nul_is_the_key_of_no_attribute(store: Store) -> None:
    _sized(store, a=1)
    assert found(store, Present(Attribute(("size\0",)))) == []


def test_an_attribute_never_equals_a_value_of_another_type(store: Store) -> None:
    _sized(store, number=1, text="1", true=True, null=None, list=[1], object={"size": 1})
    assert found(store, _equal(SIZE, 1)) == ["number"]
    assert found(store, _equal(SIZE, "1")) == ["text"]
    assert found(store, _equal(SIZE, value=True)) == ["true"]
    assert found(store, _equal(SIZE, None)) == ["null"]
    assert found(store, _equal(SIZE, "[1]")) == []


def test_null_is_present_and_what_is_not_there_is_not(store: Store) -> None:
    _sized(store, null=None)
    add(store, pb.Item(id="none"))
    assert found(store, Present(SIZE)) == ["null"]
    assert found(store, Not(Present(SIZE))) == ["none"]


def test_numbers_are_compared_as_the_doubles_that_they_are(store: Store) -> None:
    _sized(store, even=2**53, tiny=5e-324, zero=-0.0)
    assert found(store, _equal(SIZE, 2**53 + 1)) == ["even"]
    assert found(store, _equal(SIZE, 0)) == ["zero"]
    assert found(store, Comparison(SIZE, Operator.GREATER, 0)) == ["even", "tiny"]
    assert found(store, Comparison(SIZE, Operator.LESS, 10**400)) == ["even", "tiny", "zero"]


def test_an_array_index_is_no_path(store: Store) -> None:
    _sized(store, list=[1])
    assert found(store, Present(Attribute(("size", "0")))) == []
    assert found(store, Present(Attribute(("size[0]",)))) == []


def test_a_list_contains_its_elements_and_nothing_else_does(store: Store) -> None:
    _sized(store, numbers=[1, 2], texts=["1", "a"], nested=[[1]], object={"a": 1}, scalar=1)
    assert found(store, Contains(SIZE, 1)) == ["numbers"]
    assert found(store, Contains(SIZE, "1")) == ["texts"]
    assert found(store, Contains(SIZE, "[1]")) == []


def test_what_is_absent_is_false_and_its_negation_true(store: Store) -> None:
    add(store, pb.Item(id="bare"))
    for target in (Column.NAME, Label("l"), SIZE):
        for condition in (_equal(target, "x"), Matches(target, ("x", "")), Present(target)):
            assert found(store, condition) == []
            assert found(store, Not(condition)) == ["bare"]
            assert found(store, Not(Not(condition))) == []
        assert found(store, Comparison(target, Operator.NOT_EQUAL, "x")) == ["bare"]


def test_text_is_ordered_by_code_point(store: Store) -> None:
    add(
        store,
        *(pb.Item(id=f"i{n}", name=name) for n, name in enumerate(["Z", "a", "é", "\uffff", "😀"])),
    )
    assert found(store, Comparison(Column.NAME, Operator.GREATER, "a")) == ["i2", "i3", "i4"]
    assert found(store, Comparison(Column.NAME, Operator.GREATER, "\uffff")) == ["i4"]


def test_no_terms_are_all_true_and_none_of_them_is(store: Store) -> None:
    add(store, pb.Item(id="vim"))
    assert found(store, And(())) == ["vim"]
    assert found(store, Or(())) == []


def test_a_deep_condition_is_answered(store: Store) -> None:
    add(store, pb.Item(id="vim"))
    condition: Condition = _equal(Column.ID, "vim")
    for level in range(DEPTH):
        other = _equal(Column.NAME, f"{level}")
        condition = Not(And((Not(other), Not(condition)))) if level % 2 else Or((other, condition))
    assert found(store, condition) == ["vim"]


def test_a_hundred_terms_and_a_thousand_negations_are_answered(store: Store) -> None:
    add(store, pb.Item(id="vim", labels={"l": "99"}))
    condition: Condition = Or(tuple(_equal(Label("l"), f"{n}") for n in range(100)))
    for _ in range(1001):
        condition = Not(condition)
    assert found(store, condition) == []
    assert found(store, Not(condition)) == ["vim"]


def _equal(target: Column | Label | Attribute, value: str | float | None) -> Comparison:
    return Comparison(target, Operator.EQUAL, value)


def _sized(store: Store, **sizes: Any) -> None:
    """Add an item for each of *sizes*, under the id that is its name."""
    for item_id, size in sizes.items():
        item = pb.Item(id=item_id)
        item.attributes.update({"size": size})
        add(store, item)
