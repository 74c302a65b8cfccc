"""Random requests, made from the descriptors of the contract: valid ones, and nearly so.

A field has a value that it is likely to have, or one at an edge of its type.
"""

from collections.abc import Callable
from typing import Any

from google.api import field_behavior_pb2
from google.protobuf import field_mask_pb2, struct_pb2, timestamp_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st

UUIDS = [f"01a20bc1-8bf5-70ec-9271-4fa4264951{number:02}" for number in range(5)]

LIKELY: dict[str, list[Any]] = {
    "id": ["a", "b", "c", "d"],
    "ids": ["a", "b", "c", "d"],
    "name": ["A", "B", "C", "é"],
    "etag": ["", "*", "1", "2", "10"],
    "request_id": ["", *UUIDS, UUIDS[0].upper()],
    "filter": [
        "",
        "name = A",
        "labels.k:*",
        'attributes.k = "v" OR -b',
        "revision > 3",
        "name",
        "(",
    ],
    "order_by": ["", "name", "name desc, labels.k", "attributes.k", "nmae"],
    "page_token": [""],
    "page_size": [0, 1, 2, 1000],
    "paths": [
        "*",
        "name",
        "labels",
        "labels.k",
        "attributes",
        "attributes.*",
        "attributes.k.`a b`",
        "revision",
        "labels.",
    ],
    "revision": [0, 1, 2, 10],
    "min_revision": [0, 1],
}
"""Values by the name of their field."""

INT32 = st.integers(-(2**31), 2**31 - 1)
INT64 = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def mostly(likely: st.SearchStrategy[Any], edges: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values of *likely*, and one of *edges* for each ten of them."""
    return st.integers(0, 10).flatmap(lambda dice: edges if dice == 10 else likely)


KEYS = mostly(st.sampled_from(["k", "a/b", "0", "x.y"]), TEXT)

SCALARS: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.CPPTYPE_STRING: TEXT,
    FieldDescriptor.CPPTYPE_BOOL: st.booleans(),
    FieldDescriptor.CPPTYPE_INT32: st.sampled_from([0, -1, 2**31 - 1]) | INT32,
    FieldDescriptor.CPPTYPE_INT64: st.sampled_from([0, -1, 2**63 - 1]) | INT64,
}


def _values() -> st.SearchStrategy[struct_pb2.Value]:
    value = struct_pb2.Value
    likely = (
        st.builds(value, null_value=st.just(0))
        | st.builds(value, number_value=st.floats(-10, 10))
        | st.builds(value, string_value=st.sampled_from(["", "v", "é"]))
        | st.builds(value, bool_value=st.booleans())
    )
    edges = (
        st.just(value())
        | st.builds(value, number_value=st.floats())
        | st.builds(value, string_value=TEXT)
    )
    return st.recursive(mostly(likely, edges), _containers, max_leaves=6)


def _containers(values: st.SearchStrategy[struct_pb2.Value]) -> st.SearchStrategy[struct_pb2.Value]:
    structs = st.builds(struct_pb2.Struct, fields=st.dictionaries(KEYS, values, max_size=3))
    lists = st.builds(struct_pb2.ListValue, values=st.lists(values, max_size=3))
    return st.builds(struct_pb2.Value, struct_value=structs) | st.builds(
        struct_pb2.Value, list_value=lists
    )


WELL_KNOWN: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
    "google.protobuf.Struct": lambda: st.builds(
        struct_pb2.Struct, fields=st.dictionaries(KEYS, _values(), max_size=3)
    ),
    "google.protobuf.Timestamp": lambda: st.builds(
        timestamp_pb2.Timestamp, seconds=INT64, nanos=INT32
    ),
    "google.protobuf.FieldMask": lambda: st.builds(
        field_mask_pb2.FieldMask,
        paths=st.lists(mostly(st.sampled_from(LIKELY["paths"]), TEXT), max_size=3, unique=True),
    ),
}


def messages(descriptor: Descriptor) -> st.SearchStrategy[Message]:
    """Messages of the type that *descriptor* describes; each field may be unset."""
    if descriptor.full_name in WELL_KNOWN:
        return WELL_KNOWN[descriptor.full_name]()
    fields = {field.name: _field(field) for field in descriptor.fields if not _in_oneof(field)}
    required = {name: fields[name] for name in fields if _is_required(descriptor, name)}
    oneofs = [
        st.one_of(*(st.fixed_dictionaries({field.name: _field(field)}) for field in oneof.fields))
        for oneof in descriptor.oneofs
        if _in_oneof(oneof.fields[0])
    ]
    optional = {name: fields[name] for name in fields if name not in required}
    whole = st.fixed_dictionaries(required, optional=optional)
    partial = st.fixed_dictionaries({}, optional=fields)
    chosen = [mostly(whole, partial), *(mostly(one, st.just({})) for one in oneofs)]
    build = GetMessageClass(descriptor)
    return st.tuples(*chosen).map(
        lambda parts: build(**{k: v for part in parts for k, v in part.items()})
    )


def _is_required(descriptor: Descriptor, name: str) -> bool:
    options = descriptor.fields_by_name[name].GetOptions()
    behaviors = options.Extensions[field_behavior_pb2.field_behavior]
    return any(
        behavior in {field_behavior_pb2.REQUIRED, field_behavior_pb2.IDENTIFIER}
        for behavior in behaviors
    )


def _in_oneof(field: FieldDescriptor) -> bool:
    """Whether *field* is one of several; an optional field is in a oneof of its own."""
    return field.containing_oneof is not None and len(field.containing_oneof.fields) > 1


def _field(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return st.dictionaries(KEYS, mostly(st.sampled_from(["", "v", "é"]), TEXT), max_size=3)
    one = messages(field.message_type) if field.message_type is not None else _scalar(field)
    return mostly(st.lists(one, min_size=1, max_size=4), st.just([])) if field.is_repeated else one


def _scalar(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    edges = SCALARS[field.cpp_type]
    likely = LIKELY.get(field.name)
    return edges if likely is None else mostly(st.sampled_from(likely), edges)
