"""ProtoJSON as it is written, where json_format would say the same in other words."""

from google.protobuf.any_pb2 import Any
from google.protobuf.struct_pb2 import Struct
from google.rpc import error_details_pb2, status_pb2

from items.v1 import items_converters as converters
from items.v1 import items_pb2 as pb
from items_protojson.parsing.encoding import encode
from items_protojson.status import status_to_json
from items_protojson.well_known.structs import struct_to_json


def test_an_integral_number_is_written_without_a_fraction() -> None:
    struct = Struct()
    struct.update({"three": 3, "half": 0.5, "large": 1e300})
    assert encode(struct_to_json(struct)) == b'{"half":0.5,"large":1e+300,"three":3}'


def test_an_unknown_kind_is_written_as_its_number() -> None:
    revision = pb.ItemRevision(kind=99)  # type: ignore[arg-type]  # a later version's kind
    assert converters.item_revision_to_json(revision) == {"kind": 99}


def test_keys_are_in_the_order_of_the_field_numbers() -> None:
    item = pb.Item(etag="1", revision=1, name="n", id="a")
    assert (
        encode(converters.item_to_json(item)) == b'{"id":"a","name":"n","revision":"1","etag":"1"}'
    )


def test_equal_items_are_written_as_equal_bytes() -> None:
    keys = [f"key{number}" for number in range(20)]
    items = [pb.Item(labels=dict.fromkeys(order, "v")) for order in (keys, keys[::-1])]
    for item in items:
        item.attributes.update(dict.fromkeys(item.labels, 1))
    first, second = (encode(converters.item_to_json(item)) for item in items)
    assert first == second


def test_text_is_written_as_utf_8() -> None:
    written = encode(converters.item_to_json(pb.Item(name="é\U0001f600\u2028\0")))
    assert written.decode() == '{"name":"é\U0001f600\u2028\\u0000"}'


def test_details_of_an_error_are_written_with_their_type() -> None:
    detail = Any()
    detail.Pack(error_details_pb2.ErrorInfo(reason="R", domain="d"))
    assert status_to_json(status_pb2.Status(code=5, message="m", details=[detail])) == {
        "code": 5,
        "message": "m",
        "details": [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "R", "domain": "d"}
        ],
    }


def test_a_detail_that_cannot_be_read_is_only_named() -> None:
    unknown = Any(type_url="type.googleapis.com/no.such.Type", value=b"x")
    broken = Any(type_url="type.googleapis.com/google.rpc.ErrorInfo", value=b"\xff")
    names = [{"@type": unknown.type_url}, {"@type": broken.type_url}]
    assert status_to_json(status_pb2.Status(details=[unknown, broken]))["details"] == names
