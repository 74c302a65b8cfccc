"""The elements of encoded requests: never more than are counted, and counted cheaply."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from grpc_server.serving.interceptors import elements
from grpc_server.serving.interceptors.elements import MAX_ELEMENTS, elements_of
from items.v1 import items_pb2 as pb

BOUND = elements_of(pb.BatchWriteItemsRequest.DESCRIPTOR)
LARGEST = 4 * 1024 * 1024


def counted(message: Message) -> int:
    """The entries of all repeated fields and maps in *message*, counted in the plain way."""
    return sum(_counted(field, value) for field, value in message.ListFields())


def _counted(field: Any, value: Any) -> int:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        inner = field.message_type.fields_by_name["value"].message_type
        return len(value) + sum(counted(each) for each in value.values() if inner is not None)
    if field.is_repeated:
        return len(value) + sum(counted(each) for each in value if field.message_type is not None)
    return counted(value) if field.message_type is not None else 0


words = st.text("ab\n", max_size=9)
json = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


updates = st.tuples(
    st.dictionaries(words, json, max_size=3),
    st.dictionaries(words, words, max_size=3),
    st.lists(words, max_size=3),
)


def request_of(parts: list[Any]) -> pb.BatchWriteItemsRequest:
    request = pb.BatchWriteItemsRequest()
    for attributes, labels, paths in parts:
        update = request.writes.add().update
        update.item.attributes.update(attributes)
        update.item.labels.update(labels)
        update.update_mask.paths.extend(paths)
    return request


requests = st.lists(updates, max_size=3).map(request_of)


@given(requests)
def test_what_is_walked_through_is_counted_exactly(request_: pb.BatchWriteItemsRequest) -> None:
    walked = elements._count(request_.SerializeToString(), request_.DESCRIPTOR)
    assert walked == counted(request_)


@given(requests)
def test_the_bound_is_never_below_the_number(request_: pb.BatchWriteItemsRequest) -> None:
    assert BOUND(request_.SerializeToString()) >= counted(request_)


@given(st.binary(max_size=200))
def test_what_is_no_message_is_counted_too(noise: bytes) -> None:
    assert elements._count(noise, pb.BatchWriteItemsRequest.DESCRIPTOR) <= len(noise)


def test_text_that_looks_like_elements_is_none() -> None:
    request = pb.BatchWriteItemsRequest()
    for _ in range(60):
        request.writes.add().create.item.attributes["text"] = "\n" * 60_000
    assert BOUND(request.SerializeToString()) == counted(request) == 120


def hostile() -> Iterator[tuple[str, bytes]]:
    """Messages of the largest size, each of them of one thing."""
    struct = bytes.fromhex("0a7f127d0a7b2a79")
    for part in (
        b"\x0a\0",
        b"\x80",
        b"\xff",
        struct,
        b"\x0a\x02\x0a\0",
        b"\x0b",
        b"\x22\x02\x0a\0",
    ):
        yield part.hex(), part * (LARGEST // len(part))


@pytest.mark.parametrize("noise", [each[1] for each in hostile()], ids=[e[0] for e in hostile()])
def test_counting_stops_at_the_element_that_is_too_much(noise: bytes) -> None:
    started = time.process_time()
    assert BOUND(noise) <= MAX_ELEMENTS + 1
    assert time.process_time() - started < 1
