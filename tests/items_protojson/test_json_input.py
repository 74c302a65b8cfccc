"""ProtoJSON as it is read, rule by rule."""

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from items.v1 import items_converters as converters
from items.v1 import items_models as models
from items.v1 import items_pb2 as pb
from items_protojson.scalars.enums import enum
from items_protojson.scalars.integers import int32, int64, query_int64
from items_protojson.well_known.masks import field_mask_from_json
from items_protojson.well_known.structs import MAX_DEPTH, struct_from_json
from items_protojson.well_known.timestamps import timestamp_from_json, timestamp_to_json

REFUSAL = (PydanticCustomError, ValidationError)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (1, 1),
        (-1, -1),
        (1.0, 1),
        ("1", 1),
        ("-1", -1),
        ("007", 7),
        ("1.0", 1),
        ("1e3", 1000),
        ("1.5E1", 15),
        ("100e-2", 1),
        (2**63 - 1, 2**63 - 1),
        (str(-(2**63)), -(2**63)),
        ("9223372036854775807.0", 2**63 - 1),
    ],
)
def test_an_integer_is_read_from_numbers_and_from_decimal_text(written: Any, number: int) -> None:
    assert int64().read(written) == number


@pytest.mark.parametrize(
    "written",
    [
        *(True, None, [], {}, 1.5, float("inf"), float("nan"), 2**63, -(2**63) - 1, 1e300),
        *("", " 1", "1 ", "+1", "1_0", "0x1", "1.5", "1e-1", "1e99", "1e999999999", "NaN"),
        *("Infinity", "\u0661", "1\n", "9223372036854775808", "9" * 400),
    ],
)
def test_what_is_no_64_bit_integer_is_refused(written: Any) -> None:
    with pytest.raises(REFUSAL):
        int64().read(written)


@pytest.mark.parametrize("written", [2**31, "2147483648", -(2**31) - 1])
def test_a_32_bit_integer_is_bounded(written: Any) -> None:
    with pytest.raises(REFUSAL, match="32 bits"):
        int32().read(written)


@pytest.mark.parametrize("written", ["1.0", "1e3", "", "+1", "\u0661", True])
def test_a_query_takes_decimal_digits_only(written: Any) -> None:
    with pytest.raises(REFUSAL, match="decimal digits"):
        query_int64().read(written)


@pytest.mark.parametrize(
    ("written", "number"), [("CHANGE_KIND_UPDATED", 2), (2, 2), (2.0, 2), (99, 99), (-1, -1)]
)
def test_an_enum_is_read_by_name_or_by_number(written: Any, number: int) -> None:
    assert enum(pb.ChangeKind).read(written) == number


@pytest.mark.parametrize("written", ["UPDATED", "change_kind_updated", "2", "", 2**31, True, 1.5])
def test_what_is_no_enum_value_is_refused(written: Any) -> None:
    with pytest.raises(REFUSAL):
        enum(pb.ChangeKind).read(written)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        ("2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.500Z"),
        ("2026-01-31T12:00:00.000001+02:00", "2026-01-31T10:00:00.000001Z"),
        ("2026-01-31T12:00:00.123456789-00:30", "2026-01-31T12:30:00.123456789Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"),
        ("0001-01-01T01:00:00+01:00", "0001-01-01T00:00:00Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
        ("1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59.900Z"),
    ],
)
def test_a_timestamp_is_read_in_any_zone_and_written_in_utc(written: str, canonical: str) -> None:
    assert timestamp_to_json(timestamp_from_json(written)) == canonical


@pytest.mark.parametrize(
    "written",
    [
        *(0, None, True, "", "now", "2026-01-31", "2026-01-31T12:00:00", "2026-01-31 12:00:00Z"),
        *("2026-01-31t12:00:00Z", "2026-01-31T12:00:00z", "2026-1-31T12:00:00Z"),
        *("2026-02-30T12:00:00Z", "2025-02-29T00:00:00Z", "2026-01-31T24:00:00Z"),
        *("2026-01-31T12:60:00Z", "2026-01-31T12:00:60Z", "0000-01-01T00:00:00Z"),
        *("2026-01-31T12:00:00.Z", "2026-01-31T12:00:00.1234567891Z", "2026-01-31T12:00:00,5Z"),
        *("2026-01-31T12:00:00+24:00", "2026-01-31T12:00:00+1:00", "2026-01-31T12:00:00Z\n"),
        *("0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2026-01-31T12:00:0\u0661Z"),
    ],
)
def test_what_is_no_timestamp_is_refused(written: Any) -> None:
    with pytest.raises(REFUSAL):
        timestamp_from_json(written)


@pytest.mark.parametrize(
    ("written", "paths"),
    [
        ("", []),
        ("*", ["*"]),
        ("name,description", ["name", "description"]),
        ("updateTime,update_time", ["update_time", "update_time"]),
        ("labels.fooBar", ["labels.fooBar"]),
        ("someField.camelCase.andMore", ["some_field.camelCase.andMore"]),
        ("labels.`A,b.C`,attributes.x", ["labels.`A,b.C`", "attributes.x"]),
        ("attributes.*", ["attributes.*"]),
    ],
)
def test_only_the_field_of_a_mask_path_is_made_snake_case(written: str, paths: list[str]) -> None:
    assert list(field_mask_from_json(written).paths) == paths


@pytest.mark.parametrize(
    "written", [None, 1, ["name"], ",", "name,", ",name", "a,,b", "a.`b", "\ud800"]
)
def test_what_is_no_mask_is_refused(written: Any) -> None:
    with pytest.raises(REFUSAL):
        field_mask_from_json(written)


def nested(kind: str, depth: int) -> Any:
    """*depth* objects or lists within each other."""
    inner: Any = 1
    for _ in range(depth - 1):
        inner = {"k": inner} if kind == "objects" else [inner]
    return {"k": inner}


@pytest.mark.parametrize("kind", ["objects", "lists"])
def test_attributes_of_the_largest_depth_pass_through_the_deepest_request(kind: str) -> None:
    item = {"name": "n", "attributes": nested(kind, MAX_DEPTH)}
    body = models.BatchWriteItemsRequest.model_validate({"writes": [{"create": {"item": item}}]})
    message = converters.batch_write_items_request_to_proto(body)
    assert pb.BatchWriteItemsRequest.FromString(message.SerializeToString()) == message


@pytest.mark.parametrize("kind", ["objects", "lists"])
def test_attributes_beyond_the_largest_depth_are_refused(kind: str) -> None:
    with pytest.raises(ValidationError, match=f"more than {MAX_DEPTH} deep"):
        struct_from_json(nested(kind, MAX_DEPTH + 1))


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ({"a": {"b": [1, float("nan")]}}, ("a", "b", 1)),
        ({"a": float("inf")}, ("a",)),
        ({"a": 10**400}, ("a",)),
        ({"a": [{"b": "\ud800"}]}, ("a", 0, "b")),
        ({"a": {"\ud800": 1}}, ("a",)),
        ({"a": object()}, ("a",)),
    ],
)
def test_what_a_struct_cannot_hold_is_refused_where_it_stands(
    written: Any, place: tuple[str | int, ...]
) -> None:
    with pytest.raises(ValidationError) as refused:
        struct_from_json(written)
    assert refused.value.errors()[0]["loc"] == place


@pytest.mark.parametrize("written", [None, [], "{}", 1])
def test_attributes_are_an_object(written: Any) -> None:
    with pytest.raises(REFUSAL, match="must be an object"):
        struct_from_json(written)


@pytest.mark.parametrize("written", [2**53, -(2**53), 2**53 + 2, 2**64, -(2**70)])
def test_a_whole_number_that_a_double_holds_is_kept(written: int) -> None:
    assert struct_from_json({"a": written})["a"] == written


@pytest.mark.parametrize("written", [2**53 + 1, -(2**53) - 1, 10**20 + 1, 12345678901234567890])
def test_a_whole_number_that_a_double_does_not_hold_is_refused_with_advice(written: int) -> None:
    with pytest.raises(ValidationError, match="would be rounded to"):
        struct_from_json({"a": written})


def test_a_message_stands_for_its_own_json() -> None:
    moment, struct = Timestamp(seconds=1), Struct()
    assert (timestamp_from_json(moment), struct_from_json(struct)) == (moment, struct)


@pytest.mark.parametrize(
    ("written", "text"),
    [(42, "42"), (0, "0"), (7.0, "7"), (2.0**53, str(2**53)), ("vim", "vim"), (None, None)],
)
def test_an_integer_is_an_id_too(written: Any, text: str | None) -> None:
    assert models.Item.model_validate({"id": written, "name": "n"}).id == text


@pytest.mark.parametrize(
    "written",
    [True, 1.5, 2.0**53 + 2, -1, -1.0, 10**200, pytest.param(10**5000, id="huge"), [1], {}],
)
def test_what_is_neither_text_nor_a_whole_number_is_no_id(written: Any) -> None:
    with pytest.raises(ValidationError):
        models.Item.model_validate({"id": written, "name": "n"})


def test_only_the_id_is_read_from_an_integer() -> None:
    with pytest.raises(ValidationError):
        models.Item.model_validate_json('{"name": 42}')


@pytest.mark.parametrize("written", ["true", 1, 0, "yes"])
def test_a_boolean_of_a_body_is_true_or_false(written: Any) -> None:
    with pytest.raises(ValidationError):
        models.UndeleteItemBody.model_validate({"validateOnly": written})


def test_what_only_the_service_writes_is_ignored_whatever_it_is() -> None:
    body = models.Item.model_validate_json(
        '{"name": "n", "createTime": {"any": ["thing"]}, "revision": "much", "update_time": null}'
    )
    assert converters.item_to_proto(body) == pb.Item(name="n")
    assert body.sent_fields() == {"name"}


def test_null_is_absent_but_seen_to_be_sent() -> None:
    body = models.ItemPatch.model_validate_json('{"description": null, "labels": {"a": null}}')
    assert converters.item_patch_to_proto(body) == pb.Item()
    assert body.sent_fields() == {"description", "labels"}
    assert body.labels == {"a": None}


def test_a_label_is_null_only_in_a_patch() -> None:
    with pytest.raises(ValidationError):
        models.ItemUpdate.model_validate_json('{"labels": {"a": null}}')


def test_an_empty_object_is_present() -> None:
    body = models.Item.model_validate_json('{"name": "n", "attributes": {}}')
    assert converters.item_to_proto(body).HasField("attributes")


@pytest.mark.parametrize("text", ['{"name": "\\ud800"}', '{"\\udc00": 1}', b'{"name": "\xff"}'])
def test_half_of_a_surrogate_pair_is_no_json(text: str | bytes) -> None:
    with pytest.raises(ValidationError):
        models.Item.model_validate_json(text)


@pytest.mark.parametrize("field", ["id", "name", "description", "etag"])
def test_half_of_a_surrogate_pair_is_refused_in_every_text(field: str) -> None:
    with pytest.raises(ValidationError):
        models.Item.model_validate({"name": "n", field: "a\ud800"})
