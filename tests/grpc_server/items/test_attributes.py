from google.protobuf import struct_pb2

from grpc_server.items.attributes import MAX_BYTES, MAX_DEPTH, attribute_violations


def violations(attributes: struct_pb2.Struct) -> list[tuple[str, str]]:
    return [(v.field, v.description) for v in attribute_violations(attributes, "item.attributes")]


def nested(depth: int) -> struct_pb2.Struct:
    attributes = innermost = struct_pb2.Struct()
    for _ in range(depth - 1):
        innermost = innermost.fields["a"].struct_value
    innermost.SetInParent()
    return attributes


def test_plain_json_is_accepted() -> None:
    attributes = struct_pb2.Struct()
    attributes.update({"a": None, "b": [1, {"c": "x"}], "d": {"e": True}})
    assert violations(attributes) == []


def test_the_greatest_depth_is_accepted_and_one_more_refused() -> None:
    assert violations(nested(MAX_DEPTH)) == []
    assert "nested" in violations(nested(MAX_DEPTH + 1))[0][1]


def test_lists_count_as_depth() -> None:
    attributes = struct_pb2.Struct()
    value = attributes.fields["a"]
    for _ in range(MAX_DEPTH):
        value = value.list_value.values.add()
    value.bool_value = True
    assert "nested" in violations(attributes)[0][1]


def test_too_many_bytes_are_refused() -> None:
    attributes = struct_pb2.Struct()
    attributes.update({"a": "x" * MAX_BYTES})
    ((field, description),) = violations(attributes)
    assert field == "item.attributes"
    assert str(MAX_BYTES) in description


def test_a_value_without_a_kind_is_refused() -> None:
    attributes = struct_pb2.Struct(fields={"a": struct_pb2.Value()})
    assert violations(attributes)[0][0] == 'item.attributes["a"]'


def test_numbers_that_json_cannot_hold_are_refused() -> None:
    attributes = struct_pb2.Struct(fields={"a": struct_pb2.Value(number_value=float("inf"))})
    assert violations(attributes) == [('item.attributes["a"]', "must be a finite number")]


def test_nul_is_refused_in_keys_and_in_texts() -> None:
    attributes = struct_pb2.Struct()
    attributes.update({"a\0": 1, "b": ["\0"]})
    assert {field for field, _ in violations(attributes)} == {
        "item.attributes",
        'item.attributes["b"][0]',
    }
