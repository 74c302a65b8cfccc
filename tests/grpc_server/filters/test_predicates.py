"""Predicates: what they cost, and that they are right where they take a shorter way."""

import re
import time
from typing import Any

from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from grpc_server.database.wildcards import has_parts
from grpc_server.filters.filters import parse_filter
from grpc_server.filters.predicates import Predicate
from grpc_server.filters.tokens import MAX_TERMS
from items.v1 import items_pb2 as pb

ENOUGH = 1.0
"""Seconds; it takes a few milliseconds on a machine with nothing else to do."""


def item(value: Any) -> pb.Item:
    attributes = Struct()
    attributes.update({"x": value})
    return pb.Item(id="a", attributes=attributes)


def seconds_of(filter_: str, looked_at: pb.Item) -> float:
    condition = parse_filter(filter_)
    assert condition is not None
    predicate = Predicate(condition)
    began = time.process_time()
    assert not predicate(looked_at)
    return time.process_time() - began


@given(
    st.text("ab", max_size=30),
    st.lists(st.text("ab", max_size=4), min_size=1, max_size=5),
)
def test_wildcards_match_as_an_expression_does(text: str, parts: list[str]) -> None:
    expression = ".*".join(map(re.escape, parts))
    assert has_parts(text, parts) == bool(re.fullmatch(expression, text, re.DOTALL))


def test_parts_are_found_in_long_texts_as_in_short_ones() -> None:
    part = "a" * 50 + "b"
    text = "a" * 60_000 + part
    assert has_parts(text, ("", part, ""))
    assert has_parts(text, ("", part, part[:0]))
    assert not has_parts(text, ("", part, part, ""))


def test_wildcards_cost_the_length_of_the_text() -> None:
    part = "a" * 30 + "c" + "a" * 30
    terms = " OR ".join(f'attributes.x = "*{part}*"' for _ in range(40))
    assert seconds_of(terms, item("a" * 64_000)) < ENOUGH
    stars = "*".join("a" * 500)
    assert seconds_of(f'attributes.x = "*{stars}*b*"', item("a" * 64_000)) < ENOUGH


def test_a_long_list_is_read_once_for_all_terms() -> None:
    terms = " OR ".join(f"attributes.x:{-number}.5" for number in range(1, MAX_TERMS + 1))
    assert seconds_of(terms, item([float(each) for each in range(20_000)])) < ENOUGH
