from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from grpc_server.items.errors import InvalidUpdateMask
from grpc_server.items.masks import MERGE, apply_mask, effective_mask
from items.v1 import items_pb2 as pb

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000).map(float) | st.text("ab", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("xyz", max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text("xyz", max_size=2), JSON, max_size=4)


def with_attributes(value: dict[str, Any]) -> pb.Item:
    item = pb.Item()
    json_format.ParseDict(value, item.attributes)
    item.attributes.SetInParent()
    return item


def attributes(item: pb.Item) -> Any:
    return json_format.MessageToDict(item.attributes)


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2, on Python values."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


def mask(*paths: str) -> tuple[tuple[str, ...], ...]:
    request = pb.UpdateItemRequest()
    request.update_mask.paths.extend(paths)
    return effective_mask(request)


@given(OBJECTS, OBJECTS)
def test_attributes_star_merges_as_rfc_7396_does(
    target: dict[str, Any], patch: dict[str, Any]
) -> None:
    item = with_attributes(target)
    apply_mask([("attributes", MERGE)], with_attributes(patch), item)
    assert attributes(item) == merge_patch(target, patch)


def test_a_merge_that_removes_from_an_item_without_attributes_leaves_it_without() -> None:
    item = pb.Item()
    apply_mask([("attributes", MERGE)], with_attributes({"x": None}), item)
    assert not item.HasField("attributes")


def test_a_mask_has_at_most_256_paths_of_at_most_4096_characters() -> None:
    assert len(mask(*(f"labels.k{number}" for number in range(256)))) == 256
    assert mask("attributes." + "k" * 4085) == (("attributes", "k" * 4085),)
    for paths in ([f"labels.k{number}" for number in range(257)], ["attributes." + "k" * 4086]):
        with pytest.raises(InvalidUpdateMask):
            mask(*paths)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("name", ("name",)),
        ("labels.a", ("labels", "a")),
        ("labels.a.b/c", ("labels", "a.b/c")),
        ("labels.`a.b`", ("labels", "a.b")),
        ("attributes.a.b", ("attributes", "a", "b")),
        ("attributes.`a.b`.c", ("attributes", "a.b", "c")),
        ("attributes.`a``b`", ("attributes", "a`b")),
        ("attributes.`*`", ("attributes", "*")),
        ("attributes.*", ("attributes", MERGE)),
    ],
)
def test_a_path_is_read_by_its_segments(text: str, path: tuple[str, ...]) -> None:
    assert mask(text) == (path,)


@pytest.mark.parametrize(
    "text",
    ["", "id", "etag", "revision", "create_time", "nmae", "name.first", "labels.", "labels.`a",
     "labels.``", "attributes.", "attributes..a", "attributes.a.", "attributes.`a", "*.name"],
)  # fmt: skip
def test_a_path_that_cannot_be_written_is_refused(text: str) -> None:
    with pytest.raises(InvalidUpdateMask) as refusal:
        mask(text)
    assert [found.field for found in refusal.value.violations] == ["update_mask"]


@pytest.mark.parametrize(
    "paths",
    [("name", "name"), ("labels", "labels.a"), ("attributes.a", "attributes.a.b"),
     ("attributes.*", "attributes.a"), ("attributes", "attributes.*"), ("*", "name")],
)  # fmt: skip
def test_paths_that_overlap_are_refused(paths: tuple[str, ...]) -> None:
    with pytest.raises(InvalidUpdateMask):
        mask(*paths)


def test_an_empty_mask_writes_nothing() -> None:
    request = pb.UpdateItemRequest(item=pb.Item(name="x"))
    request.update_mask.SetInParent()
    assert effective_mask(request) == ()


def test_a_deep_path_makes_the_objects_on_its_way() -> None:
    item = with_attributes({"a": 1.0})
    apply_mask([("attributes", "a", "b", "c")], with_attributes({"a": {"b": {"c": 2.0}}}), item)
    assert attributes(item) == {"a": {"b": {"c": 2.0}}}


def test_a_deep_path_without_a_value_removes_only_that_value() -> None:
    item = with_attributes({"a": {"b": 1.0, "c": 2.0}})
    apply_mask([("attributes", "a", "b")], pb.Item(), item)
    assert attributes(item) == {"a": {"c": 2.0}}


def test_removing_what_is_not_there_changes_nothing() -> None:
    item = with_attributes({"a": 1.0})
    apply_mask([("attributes", "a", "b"), ("attributes", "x", "y")], pb.Item(), item)
    assert attributes(item) == {"a": 1.0}


def test_a_path_can_set_null() -> None:
    source = pb.Item(attributes=struct_pb2.Struct(fields={"a": struct_pb2.Value(null_value=0)}))  # type: ignore[arg-type]  # 0 is NULL_VALUE
    item = with_attributes({})
    apply_mask([("attributes", "a")], source, item)
    assert attributes(item) == {"a": None}
