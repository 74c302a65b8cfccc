"""ProtoJSON of the types that the contract does not use yet: as it is read, and documented."""

import struct
from math import inf, isnan
from typing import Any

import jsonschema_rs
import pytest
from google.protobuf import json_format
from google.protobuf.duration_pb2 import Duration
from google.protobuf.wrappers_pb2 import DoubleValue, FloatValue, Int64Value, StringValue
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from items.v1 import items_pb2 as pb
from items_protojson.scalars.binary import base64, base64_to_json
from items_protojson.scalars.enums import enum
from items_protojson.scalars.floats import NAMES, double, float32, float32_to_json
from items_protojson.scalars.integers import int32, int64, uint32, uint64
from items_protojson.scalars.json_type import JsonType
from items_protojson.well_known.durations import duration, duration_from_json
from items_protojson.well_known.empty import empty_from_json
from items_protojson.well_known.timestamps import timestamp
from items_protojson.well_known.wrappers import TEXT, wrapped

NEW_YEAR = "2026-01-01T00:00:00Z"


def is_accepted(kind: JsonType, value: Any) -> bool:
    try:
        kind.read(value)
    except PydanticCustomError:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (double(), [0, -1.5, "1e3", "-0.25", "Infinity", 10**308], [True, None, "", " 1", "inf"]),
        (double(), ["NaN", "-Infinity"], ["nan", "+1", "1.", ".5", "1_0", "1e999", inf, 10**400]),
        (double(ge=0, lt=9.5), [0, 9.25, "9.25"], [-1, 9.5, "NaN", "Infinity", "9.5"]),
        (double(gt=0), [1, "Infinity"], [0, "0", "NaN"]),
        (double(allowed=[0.5, 2]), [0.5, "2"], [1, "NaN"]),
        (float32(), [3.4e38, "NaN", 1e-300], [3.5e38, "-3.5e38"]),
        (float32(ge=0.1), [0.1], [0.09]),
        (uint32(), [0, 2**32 - 1, "7"], [-1, 2**32, 1.5]),
        (uint64(), [2**64 - 1, "18446744073709551615"], [-1, "-1", 2**64]),
        (int64(gt=-3, le=5), [-2, "5"], [-3, 6]),
        (int32(allowed=[1, 2]), [1, "2"], [3]),
        (base64(), ["", "QQ==", "QQ", "-_-_", "+/+/"], ["Q", "Q===", "Q!==", 7, "QQ==\n"]),
        (base64(min_len=2, max_len=3), ["QUI=", "QUJD"], ["QQ==", "QUJDRA=="]),
        (duration(), ["0s", "-1.5s", "315576000000s"], ["1", "1.s", ".5s", "315576000000.1s", 1]),
        (duration(ge="0.5s", lt="2s"), ["0.5s", "1.999999999s"], ["0.4s", "2s", "-1s"]),
        (
            timestamp(gt="2026-01-01T00:00:00Z"),
            ["2026-01-01T00:00:00.1Z"],
            ["2026-01-01T00:00:00Z"],
        ),
        (wrapped(DoubleValue, double(gt=1)), [2, "2"], [1, "NaN", None]),
        (wrapped(StringValue, TEXT), ["", "a"], [1, "\ud800"]),
        (enum(pb.ChangeKind, defined_only=True), [1, "CHANGE_KIND_CREATED"], [99, -1, "x"]),
    ],
)
def test_what_is_read_is_what_the_type_and_its_bounds_allow(
    kind: JsonType, good: list[Any], bad: list[Any]
) -> None:
    assert [value for value in good if not is_accepted(kind, value)] == []
    assert [value for value in bad if is_accepted(kind, value)] == []


@pytest.mark.parametrize("bounds", [{}, {"ge": 0}, {"gt": 0}, {"lt": 5}, {"ge": -1.5, "le": 2.5}])
@pytest.mark.parametrize("make", [double, float32])
@given(value=st.floats(width=32) | st.sampled_from([*NAMES, "-1", "0", "7.5", "1e9"]))
def test_what_is_documented_of_a_fraction_is_accepted(
    make: Any, bounds: dict[str, Any], value: Any
) -> None:
    kind = make(**bounds)
    if isinstance(value, str) or abs(value) < inf:
        documented = jsonschema_rs.is_valid(kind.accepts, value)
        assert not documented or is_accepted(kind, value)


@given(number=st.floats(width=32))
def test_a_float_is_written_in_the_fewest_digits_that_tell_it(number: float) -> None:
    written = float32_to_json(number)
    expected: Any = json_format.MessageToDict(FloatValue(value=number))
    assert written == expected
    read = float32().read(written)
    assert struct.pack("f", read) == struct.pack("f", number) or (isnan(read) and isnan(number))


@given(value=st.binary())
def test_bytes_are_read_as_they_were_written(value: bytes) -> None:
    assert base64().read(base64_to_json(value)) == value


@given(nanos=st.integers(-(10**21), 10**21))
def test_a_duration_is_read_as_it_was_written(nanos: int) -> None:
    message = Duration()
    message.FromNanoseconds(nanos % (3 * 10**20) * (1 if nanos > 0 else -1))
    written = duration().write(message)
    assert duration_from_json(written) == message
    assert jsonschema_rs.is_valid(duration().accepts, written)


def test_a_wrapper_is_written_as_what_it_holds() -> None:
    assert wrapped(Int64Value, int64()).write(Int64Value(value=2**60)) == str(2**60)


@pytest.mark.parametrize("value", [[], "", None, {"a": 1}, False])
def test_only_an_object_without_keys_is_empty(value: Any) -> None:
    with pytest.raises(PydanticCustomError):
        empty_from_json(value)
    assert empty_from_json({}) is not None
