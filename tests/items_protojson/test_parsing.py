"""A large document is read in steps, and all the same as a small one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from items.v1 import items_models as models
from items_protojson.message import Message
from items_protojson.parsing.excerpt import SHOWN
from items_protojson.parsing.excess import MOST_UNKNOWN, without_excess
from items_protojson.parsing.parser import AT_ONCE, parse, parsing
from items_protojson.parsing.violations import MAX_VIOLATIONS, Invalid, Violation

PADDING = {"createTime": [0] * AT_ONCE}
"""A member that is ignored, and makes a document of an item too large for one step."""

WRITES = st.lists(
    st.sampled_from([
        {"delete": {"id": "a"}},
        {"delete": {"id": "A", "x": 1}},
        {"create": {"item": {"name": "n", "labels": {"a": "b"}, "attributes": {"n": [1.5]}}}},
        {"create": {"item": {"name": 1, "labels": {"A": 2}, "attributes": {"n": 2**53 + 1}}}},
        {"update": {"item": {}, "updateMask": "name,labels"}, "delete": None},
        {},
        None,
    ]),
    max_size=5,
)  # fmt: skip


def outcome(model: type[Message], document: Any) -> Message | tuple[Violation, ...]:
    try:
        return parse(model, json.dumps(document).encode())
    except Invalid as error:
        return error.violations


@given(writes=WRITES, others=st.sampled_from([{}, {"x": 1}, {"allowPartial": True}]))
def test_a_batch_read_in_steps_is_what_it_is_read_at_once(
    writes: list[Any], others: dict[str, Any]
) -> None:
    padded = [{"create": {"item": {"name": "n", **PADDING}}}]
    model = models.BatchWriteItemsRequest
    at_once = outcome(model, {"writes": [*writes, *padded], **others})
    small = json.dumps({"writes": [*writes, {"create": {"item": {"name": "n"}}}], **others})
    expected = outcome(model, json.loads(small))
    if isinstance(expected, Message):
        assert isinstance(at_once, Message)
        assert at_once.model_dump(exclude_unset=False) == expected.model_dump(exclude_unset=False)
    else:
        assert set(at_once) == set(expected)


def test_each_write_of_a_large_batch_is_a_step() -> None:
    document = {"writes": [{"create": {"item": {"name": "n", **PADDING}}}] * 10}
    assert len(list(parsing(models.BatchWriteItemsRequest, json.dumps(document).encode()))) > 10


@pytest.mark.parametrize(
    "document",
    [
        {f"key{number}": 1 for number in range(50_000)},
        {"name": "n", "labels": {f"KEY{number}": 1 for number in range(50_000)}},
    ],
    ids=["unknown keys", "labels"],
)
def test_of_very_many_violations_the_first_are_told(document: dict[str, Any]) -> None:
    found = outcome(models.Item, document)
    assert isinstance(found, tuple)
    assert 60 < len(found) <= MAX_VIOLATIONS


def test_a_batch_of_too_many_writes_is_refused_for_their_number() -> None:
    found = outcome(models.BatchWriteItemsRequest, {"writes": [{}] * 1001})
    assert found == (Violation("/writes", "writes", "must have at most 1000 entries"),)


def test_what_has_no_excess_is_left_as_it_is() -> None:
    document = {"name": "n", "labels": {"a": "b"}, "attributes": {str(n): n for n in range(999)}}
    assert without_excess(models.Item, document) == document


def test_of_unknown_keys_the_first_are_kept_with_all_that_are_known() -> None:
    unknown = {f"x{number}": number for number in range(1000)}
    kept = without_excess(models.Item, {**unknown, "name": "n"})
    assert list(kept) == [*list(unknown)[:MOST_UNKNOWN], "name"]


def test_of_a_long_key_only_the_beginning_is_told() -> None:
    with pytest.raises(Invalid) as refused:
        parse(models.UndeleteItemBody, json.dumps({"k" * 1_000_000: 1}).encode())
    (found,) = refused.value.violations
    assert max(len(found.pointer), len(found.field)) < SHOWN + 9
