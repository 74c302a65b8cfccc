"""Requests that are no messages, or were made by hand."""

from collections.abc import Callable

import pytest
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from items.v1 import items_pb2 as pb
from tests.abuse import wire
from tests.abuse.client import METHODS, Client
from tests.abuse.requests import valid_request

quick = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

BAD_TEXT = (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc0\x80")
"""No UTF-8: a stray byte, half a character, a lone surrogate, beyond Unicode, a long NUL."""


@pytest.mark.parametrize("method", METHODS)
@given(request=st.binary(max_size=200))
@quick
def test_random_bytes_are_answered(client: Client, method: str, request: bytes) -> None:
    client.call(method, request)


@pytest.mark.parametrize("method", METHODS)
def test_a_request_that_is_cut_off_anywhere_is_answered(client: Client, method: str) -> None:
    whole = valid_request(method).SerializeToString()
    for end in range(len(whole)):
        client.call(method, whole[:end])


@pytest.mark.parametrize("method", METHODS)
@given(data=st.data())
@quick
def test_a_request_with_changed_bytes_is_answered(
    client: Client, method: str, data: st.DataObject
) -> None:
    changed = bytearray(valid_request(method).SerializeToString())
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    client.call(method, bytes(changed))


@pytest.mark.parametrize("text", BAD_TEXT)
@pytest.mark.parametrize(
    "place",
    [
        lambda text: wire.create(wire.item(item_id=text)),
        lambda text: wire.create(wire.item(name=text)),
        lambda text: wire.create(wire.item() + wire.field(4, wire.field(1, text))),
        lambda text: wire.create(wire.item() + wire.field(4, wire.field(2, text))),
        lambda text: wire.create(wire.item(attributes=wire.field(1, wire.field(1, text)))),
        lambda text: wire.create(wire.item() + wire.field(11, text)),
        lambda text: wire.create(wire.item()) + wire.field(2, text),
    ],
    ids=["id", "name", "label key", "label value", "attribute key", "etag", "request_id"],
)
def test_text_that_is_no_utf8_is_an_invalid_argument(
    client: Client, place: Callable[[bytes], bytes], text: bytes
) -> None:
    assert client.call("CreateItem", place(text)).reason == "VALIDATION_FAILED"


@pytest.mark.parametrize("method", METHODS)
def test_a_length_of_four_gigabytes_is_an_invalid_argument(client: Client, method: str) -> None:
    assert client.call(method, b"\x0a\xff\xff\xff\xff\x0f").code == "INVALID_ARGUMENT"


def test_unknown_fields_are_not_kept(client: Client) -> None:
    unknown = wire.field(1000, b"x" * 100) + wire.varint(1001 << 3) + b"\x01"
    request = wire.create(wire.item(item_id=b"unknown-fields") + unknown) + unknown
    assert client.call("ReplaceItem", request).code == "OK"
    kept = client.call("GetItem", pb.GetItemRequest(id="unknown-fields")).body
    assert b"xxx" not in kept


@pytest.mark.parametrize("depth", [1, 32])
def test_attributes_up_to_the_limit_can_be_written_and_read(client: Client, depth: int) -> None:
    request = wire.create(wire.item(attributes=wire.nested_objects(depth)))
    written = client.call("ReplaceItem", request)
    assert pb.Item.FromString(written.body).HasField("attributes")
    history = client.call("ListItemRevisions", pb.ListItemRevisionsRequest(id="a"))
    assert pb.ListItemRevisionsResponse.FromString(history.body).revisions


@pytest.mark.parametrize("depth", [33, 34, 100, 10_000])
@pytest.mark.parametrize("nested", [wire.nested_objects, wire.nested_lists])
def test_attributes_beyond_the_depth_limit_are_refused(
    client: Client, nested: Callable[[int], bytes], depth: int
) -> None:
    replace = wire.create(wire.item(attributes=nested(depth)))
    assert client.call("ReplaceItem", replace).reason == "VALIDATION_FAILED"
    batch = wire.field(1, wire.field(3, replace))
    assert client.call("BatchWriteItems", batch).reason == "VALIDATION_FAILED"


@pytest.mark.parametrize(
    ("method", "request_type", "element"),
    [
        ("BatchGetItems", pb.BatchGetItemsRequest, b"\x0a\x00"),
        ("BatchWriteItems", pb.BatchWriteItemsRequest, b"\x0a\x00"),
        ("BatchWriteItems", pb.BatchWriteItemsRequest, b"\x0a\x04\x0a\x02\x0a\x00"),
    ],
)
def test_a_list_of_millions_is_refused_at_once(
    client: Client, method: str, request_type: type[Message], element: bytes
) -> None:
    request = element * (4_000_000 // len(element))
    assert request_type.FromString(request).ByteSize() == len(request)
    assert client.call(method, request, timeout=5).reason == "VALIDATION_FAILED"


def test_attributes_with_millions_of_values_are_refused_at_once(client: Client) -> None:
    values = wire.field(
        1, wire.field(1, b"k") + wire.field(2, wire.field(6, b"\x0a\x00" * 2_000_000))
    )
    request = wire.create(wire.item(attributes=values))
    assert client.call("ReplaceItem", request, timeout=5).reason == "VALIDATION_FAILED"
