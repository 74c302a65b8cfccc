"""Messages of any type, and JSON documents that are nearly messages."""

from functools import cache
from math import inf, nan
from typing import Any

from google.protobuf import any_pb2, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import ListValue, Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

TYPE = FieldDescriptor
FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799
MOST_SECONDS = 315_576_000_000
LEAPS = (0, 1, 2**31 - 1, 2**31, 2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1)

text = st.text(max_size=6) | st.sampled_from(["", "\0", "\x7f", "é", "\U0001f600", "a\n", "\u2028"])
int32 = st.integers(-(2**31), 2**31 - 1)
int64 = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([*LEAPS, *(-leap for leap in LEAPS)])
uint32 = st.integers(0, 2**32 - 1)
uint64 = st.integers(0, 2**64 - 1) | st.sampled_from(LEAPS)
floats = st.floats(width=32) | st.sampled_from([0.0, -0.0, 1.0, 3.5, 2.0**24, nan, inf, -inf])
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [0.0, -0.0, 1.0, 3.5, float(2**53), -float(2**53), 1e300, 5e-324]
)
timestamps = st.builds(
    Timestamp,
    seconds=st.integers(FIRST_SECOND, LAST_SECOND) | st.sampled_from([FIRST_SECOND, LAST_SECOND]),
    nanos=st.sampled_from([0, 1, 1_000, 1_000_000, 120_000_000, 123_456_000, 999_999_999])
    | st.integers(0, 999_999_999),
)
values: SearchStrategy[Value] = st.deferred(
    lambda: st.one_of(
        st.just(Value()),
        st.just(Value(null_value=0)),  # type: ignore[arg-type]  # the stub wants the enum's own type
        st.builds(Value, bool_value=st.booleans()),
        st.builds(Value, number_value=numbers),
        st.builds(Value, string_value=text),
        st.builds(Value, struct_value=structs),
        st.builds(Value, list_value=st.builds(ListValue, values=st.lists(values, max_size=3))),
    )
)
structs: SearchStrategy[Struct] = st.builds(
    Struct, fields=st.dictionaries(text, values, max_size=3)
)


def _duration(seconds: int, nanos: int, sign: int) -> Duration:
    return Duration(seconds=sign * seconds, nanos=sign * nanos * (seconds < MOST_SECONDS))


def _packed(detail: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(detail)
    return packed


details = st.one_of(
    st.builds(error_details_pb2.ErrorInfo, reason=text, domain=text).map(_packed),
    st.builds(error_details_pb2.RequestInfo, request_id=text).map(_packed),
    timestamps.map(_packed),
    st.just(any_pb2.Any()),
)

durations = st.builds(
    _duration,
    st.integers(0, MOST_SECONDS) | st.sampled_from([0, 1, MOST_SECONDS]),
    st.sampled_from([0, 1, 1_000, 1_000_000, 120_000_000, 123_456_000, 999_999_999]),
    st.sampled_from([1, -1]),
)

WELL_KNOWN: dict[str, SearchStrategy[Any]] = {
    "google.protobuf.Any": details,
    "google.protobuf.Duration": durations,
    "google.protobuf.FieldMask": st.builds(FieldMask, paths=st.just(["name"])),
    "google.protobuf.Struct": structs,
    "google.protobuf.Timestamp": timestamps,
}
SCALARS: dict[int, SearchStrategy[Any]] = {
    TYPE.TYPE_STRING: text,
    TYPE.TYPE_BYTES: st.binary(max_size=8),
    TYPE.TYPE_BOOL: st.booleans(),
    **dict.fromkeys((TYPE.TYPE_INT32, TYPE.TYPE_SINT32, TYPE.TYPE_SFIXED32), int32),
    **dict.fromkeys((TYPE.TYPE_INT64, TYPE.TYPE_SINT64, TYPE.TYPE_SFIXED64), int64),
    **dict.fromkeys((TYPE.TYPE_UINT32, TYPE.TYPE_FIXED32), uint32),
    **dict.fromkeys((TYPE.TYPE_UINT64, TYPE.TYPE_FIXED64), uint64),
    TYPE.TYPE_FLOAT: floats,
    TYPE.TYPE_DOUBLE: numbers | st.sampled_from([nan, inf, -inf]),
    TYPE.TYPE_ENUM: st.integers(-2, 8) | int32,
}


@cache
def messages(descriptor: Any) -> SearchStrategy[Any]:
    """Any message of a type, whether it keeps its rules or not."""
    if descriptor.full_name in WELL_KNOWN:
        return WELL_KNOWN[descriptor.full_name]
    fields = {field.name: _field(field) for field in descriptor.fields}
    build = message_factory.GetMessageClass(descriptor)
    return st.fixed_dictionaries({}, optional=fields).map(lambda given: build(**given))


def _field(field: Any) -> SearchStrategy[Any]:
    if is_map(field):
        held = _value(field.message_type.fields_by_name["value"])
        return st.dictionaries(text, held, max_size=3)
    value = _value(field)
    return st.lists(value, max_size=3) if field.is_repeated else value


def _value(field: Any) -> SearchStrategy[Any]:
    return messages(field.message_type) if field.message_type else SCALARS[field.type]


def is_map(field: Any) -> bool:
    """Whether *field* is a map."""
    return bool(field.message_type and field.message_type.GetOptions().map_entry)
