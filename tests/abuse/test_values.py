"""Well-formed requests with values that nobody should send."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from google.protobuf import field_mask_pb2, struct_pb2, timestamp_pb2
from google.protobuf.message import Message

from grpc_server.serving.interceptors.elements import MAX_ELEMENTS
from items.v1 import items_pb2 as pb
from tests.abuse.client import Client

REFUSED = ("INVALID_ARGUMENT", "VALIDATION_FAILED")
UUID = "01a20bc1-8bf5-70ec-9271-4fa426495112"

INT64 = (-(2**63), -1, 2**63 - 1)
INT32 = (-(2**31), -1, 2**31 - 1)


def replace(**fields: Any) -> pb.ReplaceItemRequest:
    return pb.ReplaceItemRequest(item=pb.Item(**{"id": "a", "name": "A", **fields}))


def having(key: str, value: struct_pb2.Value) -> struct_pb2.Struct:
    return struct_pb2.Struct(fields={key: value})


def update(*paths: str) -> pb.UpdateItemRequest:
    mask = field_mask_pb2.FieldMask(paths=paths)
    return pb.UpdateItemRequest(item=pb.Item(id="a"), update_mask=mask)


def batch(writes: Iterable[pb.ItemWrite], **fields: Any) -> pb.BatchWriteItemsRequest:
    return pb.BatchWriteItemsRequest(writes=writes, **fields)


def delete(item_id: str) -> pb.ItemWrite:
    return pb.ItemWrite(delete=pb.DeleteItemRequest(id=item_id))


def outcome(client: Client, request: Message) -> tuple[str, str]:
    method = request.DESCRIPTOR.name.removesuffix("Request")
    answer = client.call(method, request, timeout=5)
    return answer.code, answer.reason


@pytest.mark.parametrize(
    "value",
    [
        struct_pb2.Value(number_value=float("nan")),
        struct_pb2.Value(number_value=float("inf")),
        struct_pb2.Value(number_value=float("-inf")),
        struct_pb2.Value(),
        struct_pb2.Value(string_value="a\0b"),
        struct_pb2.Value(list_value=struct_pb2.ListValue(values=[struct_pb2.Value()])),
        struct_pb2.Value(struct_value=having("k", struct_pb2.Value())),
        struct_pb2.Value(struct_value=having("\0", struct_pb2.Value(bool_value=True))),
    ],
    ids=["NaN", "infinity", "-infinity", "no kind", "NUL", "no kind listed", "nested", "NUL key"],
)
def test_an_attribute_that_is_not_json_is_refused(client: Client, value: struct_pb2.Value) -> None:
    assert outcome(client, replace(attributes=having("k", value))) == REFUSED
    merged = update("attributes.*")
    merged.item.attributes.CopyFrom(having("k", value))
    assert outcome(client, batch([pb.ItemWrite(replace=replace())])) == ("OK", "")
    assert outcome(client, merged) == REFUSED


@pytest.mark.parametrize(
    "value",
    [
        struct_pb2.Value(number_value=-0.0),
        struct_pb2.Value(number_value=1.7976931348623157e308),
        struct_pb2.Value(number_value=5e-324),
        struct_pb2.Value(number_value=2.0**64),
        struct_pb2.Value(string_value="\x01\x1b[31m\x7f\x85\u2028\ufffe\U0010ffff"),
        struct_pb2.Value.FromString(b"\x08\x07"),
    ],
    ids=["-0", "largest", "smallest", "2**64", "controls", "null 7"],
)
@pytest.mark.parametrize("key", ["", "a.b", "`", "\"'", "$[0]", "\\", "\u2028", "x" * 60_000])
def test_every_attribute_of_json_comes_back_as_it_was(
    client: Client, key: str, value: struct_pb2.Value
) -> None:
    attributes = having(key, value)
    assert outcome(client, replace(attributes=attributes)) == ("OK", "")
    kept = pb.Item.FromString(client.call("GetItem", pb.GetItemRequest(id="a")).body)
    assert kept.attributes == attributes


@pytest.mark.parametrize(
    "fields",
    [
        {"labels": {f"k{number}": "" for number in range(10_000)}},
        {"labels": {f"k{number}": "" for number in range(65)}},
        {"labels": {"K" * 1_000_000: ""}},
        {"labels": {"K" * 900 + str(number): "" for number in range(64)}},
        {"labels": {"a\n": ""}},
        {"labels": {"": ""}},
        {"labels": {"a": "\0"}},
        {"labels": {"a": "é" * 256}},
        {"name": ""},
        {"name": "n" * 4_000_000},
        {"name": "\U0001f600" * 256},
        {"name": "a\0"},
        {"description": "d" * 4097},
        {"description": "\0"},
        {"id": "a" * 4_000_000},
        {"id": "a\n"},
        {"id": "A"},
        {"id": ".."},
        {"etag": "1" * 65},
    ],
    ids=lambda fields: ascii(fields)[:30],
)
def test_a_field_beyond_its_limit_is_refused(client: Client, fields: dict[str, Any]) -> None:
    assert outcome(client, replace(**fields)) == REFUSED


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "\U0001f600" * 255},
        {"name": "\x01\x1b[31m"},
        {"description": "é" * 4096},
        {"revision": -(2**63)},
        {"create_time": timestamp_pb2.Timestamp(seconds=2**63 - 1, nanos=2**31 - 1)},
        {"expire_time": timestamp_pb2.Timestamp(seconds=-(2**63), nanos=-1)},
    ],
    ids=lambda fields: ascii(fields)[:30],
)
def test_what_is_within_the_limits_or_ignored_is_written(
    client: Client, fields: dict[str, Any]
) -> None:
    assert outcome(client, replace(**fields)) == ("OK", "")


@pytest.mark.parametrize("etag", ["\0", "é", "-1", "1e3", "99999999999999999999", " "])
def test_an_etag_that_never_was_is_a_mismatch(client: Client, etag: str) -> None:
    assert outcome(client, replace()) == ("OK", "")
    assert outcome(client, replace(etag=etag)) == ("ABORTED", "ETAG_MISMATCH")


@pytest.mark.parametrize(
    "paths",
    [
        ["name"] * 257,
        ["labels.k" + str(number) for number in range(90_000)],
        ["x" * 4_000_000],
        ["attributes" + ".a" * 10_000],
        ["attributes.`" + "a" * 1000],
        ["attributes." + "é" * 2000, "attributes." + "é" * 2000],
        [""],
        ["\0"],
        ["*", "name"],
        ["labels."],
        ["revision"],
    ],
    ids=lambda paths: f"{len(paths)} {paths[0][:20]!r}",
)
def test_an_update_mask_that_cannot_be_meant_is_refused(client: Client, paths: list[str]) -> None:
    assert outcome(client, update(*paths)) == ("INVALID_ARGUMENT", "INVALID_UPDATE_MASK")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 4096,
        "(" * 2000 + "a" + ")" * 2000,
        "NOT " * 1000 + "a",
        "-" * 4000 + "a",
        " AND ".join(["name = a"] * 300),
        "attributes" + ".a" * 2000 + " = 1",
        "labels." + "É" * 4000 + " = 1",
        "é" * 4000 + " = 1",
        "revision = " + "9" * 4000,
        "name = \0",
        'name = "',
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_filter_that_cannot_be_meant_is_refused(client: Client, text: str) -> None:
    request = pb.ListItemsRequest(filter=text)
    assert outcome(client, request) == ("INVALID_ARGUMENT", "INVALID_FILTER")


def test_a_filter_with_a_hundred_thousand_parentheses_is_refused(client: Client) -> None:
    assert outcome(client, pb.ListItemsRequest(filter="(" * 100_000)) == REFUSED


@pytest.mark.parametrize(
    "text",
    [
        'description = "' + "*a" * 2000 + '*b"',
        '"' + "*a" * 2000 + '*b"',
        'description = "' + "*[a?" * 1000 + '*b"',
        " OR ".join(f'"x{number}"' for number in range(100)),
        " AND ".join(f"attributes.a{number}:*" for number in range(100)),
        " " * 4096,
    ],
    ids=lambda text: repr(text[:18]),
)
def test_a_filter_within_the_limits_is_answered_soon(client: Client, text: str) -> None:
    assert outcome(client, replace(description="a" * 4096)) == ("OK", "")
    assert outcome(client, pb.ListItemsRequest(filter=text)) == ("OK", "")


@pytest.mark.parametrize(
    "text",
    [
        "," * 1024,
        "name " * 200,
        "é" * 1000,
        "attributes" + ".a" * 500,
        "name, " * 100,
        ", ".join(f"labels.k{number}" for number in range(50)),
        "\0",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_an_order_that_cannot_be_meant_is_refused(client: Client, text: str) -> None:
    request = pb.ListItemsRequest(order_by=text)
    assert outcome(client, request) == ("INVALID_ARGUMENT", "INVALID_ORDER_BY")


@pytest.mark.parametrize("token", ["x", "=", "A" * 8192, "AQ" * 20, "é", "\0", "\U0010ffff"])
@pytest.mark.parametrize(
    "request_for",
    [
        lambda token: pb.ListItemsRequest(page_token=token),
        lambda token: pb.ListItemRevisionsRequest(id="a", page_token=token),
    ],
    ids=["items", "revisions"],
)
def test_a_page_token_that_was_never_given_is_refused(
    client: Client, request_for: Callable[[str], Message], token: str
) -> None:
    expected = ("INVALID_ARGUMENT", "INVALID_PAGE_TOKEN")
    assert outcome(client, request_for(token)) == expected


@pytest.mark.parametrize("size", INT32)
def test_any_page_size_is_answered(client: Client, size: int) -> None:
    expected = REFUSED if size < 0 else ("OK", "")
    assert outcome(client, pb.ListItemsRequest(page_size=size)) == expected
    client.call("ReplaceItem", replace())
    assert outcome(client, pb.ListItemRevisionsRequest(id="a", page_size=size)) == expected


@pytest.mark.parametrize("revision", INT64)
def test_any_revision_is_answered(client: Client, revision: int) -> None:
    expected = REFUSED if revision < 0 else ("OUT_OF_RANGE", "REVISION_IN_FUTURE")
    assert outcome(client, pb.GetItemRequest(id="a", revision=revision)) == expected


@pytest.mark.parametrize("revision", [-(2**63), -1])
def test_a_negative_min_revision_is_refused(client: Client, revision: int) -> None:
    for request in (
        pb.GetItemRequest(id="a", min_revision=revision),
        pb.ListItemsRequest(min_revision=revision),
        pb.BatchGetItemsRequest(ids=["a"], min_revision=revision),
    ):
        assert outcome(client, request) == REFUSED


@pytest.mark.parametrize(
    "request_id", ["x", f"urn:uuid:{UUID}", f"{{{UUID}}}", UUID.replace("-", ""), UUID + "\n"]
)
def test_a_request_id_that_is_no_uuid_is_refused(client: Client, request_id: str) -> None:
    request = replace()
    request.request_id = request_id
    assert outcome(client, request) == REFUSED


@pytest.mark.parametrize(
    "request_",
    [
        batch([]),
        batch([pb.ItemWrite()]),
        batch([pb.ItemWrite()], allow_partial=True),
        batch([pb.ItemWrite(create=pb.CreateItemRequest())]),
        batch(delete(f"i{number}") for number in range(1001)),
        pb.BatchGetItemsRequest(),
        pb.BatchGetItemsRequest(ids=["a", "a"]),
        pb.BatchGetItemsRequest(ids=[f"i{number}" for number in range(1001)]),
        pb.BatchGetItemsRequest(ids=[f"i{number}" for number in range(400_000)]),
        pb.CreateItemRequest(),
        pb.UpdateItemRequest(),
        pb.ReplaceItemRequest(),
        pb.GetItemRequest(),
        pb.DeleteItemRequest(),
        pb.UndeleteItemRequest(),
        pb.ListItemRevisionsRequest(),
    ],
    ids=lambda request: f"{request.DESCRIPTOR.name} {request.ByteSize()}",
)
def test_a_request_without_what_it_needs_or_with_too_much_is_refused(
    client: Client, request_: Message
) -> None:
    assert outcome(client, request_) == REFUSED


def test_a_whole_batch_that_writes_an_item_twice_is_refused(client: Client) -> None:
    request = batch([delete("a"), delete("a")])
    assert outcome(client, request) == ("INVALID_ARGUMENT", "DUPLICATE_ID")


def test_a_thousand_writes_of_one_item_are_answered_one_by_one(client: Client) -> None:
    writes = [pb.ItemWrite(replace=replace(name=f"A{number}")) for number in range(1000)]
    answer = client.call("BatchWriteItems", batch(writes, allow_partial=True))
    results = pb.BatchWriteItemsResponse.FromString(answer.body).results
    revisions = [result.item.revision for result in results]
    assert revisions == list(range(revisions[0], revisions[0] + 1000))


def test_a_message_of_more_than_four_mebibytes_is_refused(client: Client) -> None:
    request = replace(description="d" * 4 * 1024 * 1024)
    assert outcome(client, request) == ("RESOURCE_EXHAUSTED", "")


def test_a_message_of_too_many_elements_is_refused_before_it_is_decoded(client: Client) -> None:
    values = b"\x0a\0" * MAX_ELEMENTS
    item = pb.Item(id="valid", name="x")
    item.attributes["x"] = None
    item.attributes.fields["x"].list_value.MergeFromString(values)
    request = pb.CreateItemRequest(item=item)
    assert client.call("CreateItem", request).reason == "VALIDATION_FAILED"
