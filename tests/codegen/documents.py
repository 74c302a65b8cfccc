"""JSON documents that are messages, and ones that are nearly messages.

Free text has no digits: json_format takes whatever Python's int() takes, such as
"1_0", for a number, where we ask for a JSON number.
"""

import json
import operator
from base64 import b64encode, urlsafe_b64encode
from decimal import Decimal
from functools import cache
from math import isfinite
from typing import Any

from buf.validate import validate_pb2 as validate
from google.api import field_behavior_pb2
from google.protobuf.descriptor import FieldDescriptor as Type
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.codegen.strategies import (
    SCALARS,
    durations,
    floats,
    int32,
    int64,
    is_map,
    numbers,
    timestamps,
)

Document = dict[str, Any]

EXACT = 2**50
UNRULED = validate.FieldRules()
TYPE_NAMES = {
    number: name.removeprefix("TYPE_").lower()
    for name, number in vars(Type).items()
    if name.startswith("TYPE_")
}
NUMBER_TYPES = frozenset(
    number for number, name in TYPE_NAMES.items() if "int" in name or "fixed" in name
)

words = st.text(st.characters(exclude_categories=["Cs", "Nd"]), max_size=4)
doubled = st.integers(-(2**70), 2**70).map(float).map(int)
"""Whole numbers that doubles hold: the others are refused, but rounded by json_format."""
json_values: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | doubled | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
json_objects = st.dictionaries(words, json_values, max_size=3)
paths = st.lists(st.sampled_from(["name", "updateTime"]), max_size=2).map(",".join)
offsets = st.sampled_from(["Z", "+00:00", "-00:00", "+14:00", "-11:30"])
MESSAGES: dict[str, SearchStrategy[Any]] = {
    "google.protobuf.Empty": st.just({}),
    "google.protobuf.FieldMask": paths,
    "google.protobuf.Struct": json_objects,
}


@cache
def good_documents(descriptor: Any) -> SearchStrategy[Document]:
    """JSON objects that are messages of a type and keep its rules."""
    plain = [field for field in descriptor.fields if not is_choice(field)]
    fields = st.fixed_dictionaries(
        {field: _good(field) for field in plain if is_required(field)},
        optional={field: _good(field) for field in plain if not is_required(field)},
    )
    choices = [_good_choice(oneof) for oneof in descriptor.oneofs if is_choice(oneof.fields[0])]
    return st.builds(_spelled, st.booleans(), fields, *choices)


@cache
def documents(descriptor: Any) -> SearchStrategy[Document]:
    """JSON objects that are nearly messages of a type: some are, some break a rule."""
    fields = st.fixed_dictionaries({}, optional={f: _any(f) for f in descriptor.fields})
    wild = st.builds(_spelled, st.booleans(), fields)
    unknown = st.dictionaries(words, json_values, max_size=1)
    changed = st.builds(_overlaid, good_documents(descriptor), wild, unknown)
    return changed | wild


def _overlaid(good: Document, wild: Document, unknown: Document) -> Document:
    """A good document with something else in one of its fields."""
    spelled = {key: value for key, value in list(wild.items())[:1] if key in good}
    return {**good, **spelled, **(unknown if not spelled else {})}


def _spelled(camel: bool, *parts: dict[Any, Any]) -> Document:
    fields = {field: value for part in parts for field, value in part.items()}
    return {(field.json_name if camel else field.name): fields[field] for field in fields}


def _good_choice(oneof: Any) -> SearchStrategy[dict[Any, Any]]:
    chosen = st.sampled_from(list(oneof.fields)).flatmap(
        lambda field: st.fixed_dictionaries({field: _good(field)})
    )
    required = oneof.GetOptions().Extensions[validate.oneof].required
    return chosen if required else st.just({}) | chosen


def _good(field: Any) -> SearchStrategy[Any]:
    rules = field.GetOptions().Extensions[validate.field]
    if is_map(field):
        limits = rules.map
        keys = good_texts(limits.keys.string)
        held = _good_value(field.message_type.fields_by_name["value"], limits.values)
        return st.dictionaries(keys, held, max_size=min(limits.max_pairs or 3, 3))
    if field.is_repeated:
        limits = rules.repeated
        sizes = {"min_size": limits.min_items, "max_size": min(limits.max_items or 3, 3)}
        unique_by: dict[str, Any] = (
            {"unique_by": str if is_text(field) else Decimal} if limits.unique else {}
        )
        return st.lists(_good_value(field, limits.items), **unique_by, **sizes)
    return _good_value(field, rules)


def _good_value(field: Any, rules: validate.FieldRules) -> SearchStrategy[Any]:
    match field.type:
        case Type.TYPE_STRING:
            return good_texts(rules.string)
        case Type.TYPE_BOOL:
            return st.booleans()
        case Type.TYPE_MESSAGE:
            return _good_message(field.message_type, rules)
        case _:
            return _good_scalar(field, rules)


def _good_scalar(field: Any, rules: validate.FieldRules) -> SearchStrategy[Any]:
    match field.type:
        case Type.TYPE_BYTES:
            return _good_bytes(rules.bytes)
        case Type.TYPE_FLOAT | Type.TYPE_DOUBLE:
            return _good_numbers(field, rules).flatmap(_float_forms)
        case Type.TYPE_ENUM:
            names = st.sampled_from([value.name for value in field.enum_type.values])
            return names if rules.enum.defined_only else names | int32
        case _:
            return _good_numbers(field, rules).flatmap(_number_forms)


def _good_bytes(rules: validate.BytesRules) -> SearchStrategy[str]:
    held = st.binary(min_size=rules.min_len, max_size=rules.max_len or rules.min_len + 5)
    written = (b64encode, urlsafe_b64encode, lambda value: b64encode(value).rstrip(b"="))
    return st.builds(lambda write, value: write(value).decode(), st.sampled_from(written), held)


def _good_numbers(field: Any, rules: validate.FieldRules) -> SearchStrategy[Any]:
    """Numbers of the field's type within its bounds."""
    limits = getattr(rules, TYPE_NAMES[field.type])
    if allowed := getattr(limits, "in"):
        return st.sampled_from(list(allowed))
    return SCALARS[field.type].filter(lambda number: number == number and _within(number, limits))  # noqa: PLR0124 - no NaN


def _within(number: float, limits: Any) -> bool:
    compare = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
    return all(
        holds(number, getattr(limits, name))
        for name, holds in compare.items()
        if limits.HasField(name)
    )


def _float_forms(number: float) -> SearchStrategy[Any]:
    """Ways to write *number*, which may be infinite."""
    if isfinite(number):
        return st.sampled_from([number, repr(number)])
    return st.just("Infinity" if number > 0 else "-Infinity")


def _good_message(descriptor: Any, rules: validate.FieldRules) -> SearchStrategy[Any]:
    match descriptor.full_name:
        case name if name in MESSAGES:
            return MESSAGES[name]
        case "google.protobuf.Duration":
            return durations.filter(lambda each: _timely(each, rules.duration)).map(_seconds)
        case "google.protobuf.Timestamp":
            within = timestamps.filter(lambda each: _timely(each, rules.timestamp))
            return st.builds(_written, within, offsets if rules == UNRULED else st.just("Z"))
        case name if name.startswith("google.protobuf."):  # a wrapper
            return _good_value(descriptor.fields_by_name["value"], rules)
        case _:
            return good_documents(descriptor)


def _timely(time: Any, limits: Any) -> bool:
    return _within(time.ToNanoseconds(), Nanoseconds(limits))


class Nanoseconds:
    """The bounds of a time or a duration, as numbers."""

    def __init__(self, limits: Any) -> None:
        self._limits = limits

    def __getattr__(self, name: str) -> Any:
        return getattr(self._limits, name).ToNanoseconds()

    def HasField(self, name: str) -> bool:  # noqa: N802 - as a message has it
        return bool(self._limits.HasField(name))


def _seconds(duration: Any) -> str:
    return str(duration.ToJsonString())


def good_texts(rules: validate.StringRules) -> SearchStrategy[str]:
    """Texts within *rules*, and at their limits."""
    if rules.uuid:
        return st.uuids().map(str) | st.just("")
    lengths = {size for size in (rules.min_len, rules.max_len) if size}
    edges = [letter * size for size in sorted(lengths) for letter in "a\U0001f600"]
    found = st.sampled_from(edges) if edges else st.nothing()
    if rules.pattern:
        pattern = rules.pattern.replace("$", r"\Z")  # in Python, $ allows a newline
        found |= st.from_regex(pattern).filter(lambda text: _fits(text, rules))
    else:
        found |= st.text(min_size=rules.min_len, max_size=min(rules.max_len or 5, 5))
    return found


def _fits(text: str, rules: validate.StringRules) -> bool:
    return rules.min_len <= len(text) <= (rules.max_len or len(text))


def _number_forms(number: int) -> SearchStrategy[Any]:
    """Ways to write *number*; json_format goes through a float, which is exact up to EXACT."""
    plain = [number, str(number)]
    exact = [f"{number}.0", f"{number}0e-1", f"{number}e0"]
    return st.sampled_from(plain + exact if abs(number) < EXACT else plain)


def _written(moment: Timestamp, offset: str) -> str:
    near_the_end = not 86_400 < moment.seconds + 62_135_596_800 < 315_537_811_200
    return moment.ToJsonString().replace("Z", "Z" if near_the_end else offset)


def _any(field: Any) -> SearchStrategy[Any]:
    """What may stand in *field*: what fits, what nearly fits, null or anything."""
    odd = st.none() if is_mask(field) else st.none() | json_values
    near = _near(field)
    return st.integers(0, 9).flatmap(lambda dice: odd if dice == 0 else near)


def _near(field: Any) -> SearchStrategy[Any]:
    rules = field.GetOptions().Extensions[validate.field]
    if is_map(field):
        value = field.message_type.fields_by_name["value"]
        held = _near_value(value, rules.map.values)
        keys = near_texts(rules.map.keys.string)
        return st.dictionaries(keys, held | json_values if is_text(value) else held, max_size=3)
    if field.is_repeated:
        return st.lists(_near_value(field, rules.repeated.items), max_size=3)
    return _near_value(field, rules)


def _near_value(field: Any, rules: validate.FieldRules) -> SearchStrategy[Any]:
    match field.type:
        case Type.TYPE_STRING if is_identifier(field):
            return near_texts(rules.string) | st.integers(-1, 10**20)
        case Type.TYPE_STRING:
            return near_texts(rules.string)
        case Type.TYPE_MESSAGE if is_part(field):
            return documents(field.message_type)
        case _:
            return _near_scalar(field, rules)


def _near_scalar(field: Any, rules: validate.FieldRules) -> SearchStrategy[Any]:
    match field.type:
        case Type.TYPE_BYTES:
            return near_texts(validate.StringRules()).map(_base64) | st.sampled_from(["QQ=", "Q"])
        case Type.TYPE_FLOAT:
            return floats.flatmap(_near_floats)
        case Type.TYPE_DOUBLE:
            return numbers.flatmap(_near_floats)
        case number if number in NUMBER_TYPES:
            return int64.flatmap(_near_numbers)
        case Type.TYPE_ENUM:
            return st.sampled_from(["", "NO_SUCH_NAME"]) | int32
        case _:
            return _good_value(field, rules)


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _near_floats(number: float) -> SearchStrategy[Any]:
    words = ["NaN", "Infinity", "-Infinity", "", "none", True]
    return st.sampled_from([number, repr(number), *words] if isfinite(number) else words)


def _near_numbers(number: int) -> SearchStrategy[Any]:
    broken = [f"{number}.5", float(number), f"{number}e30"]
    return st.sampled_from([number, number * 10, -1, *(broken if abs(number) < EXACT else ())])


def near_texts(rules: validate.StringRules) -> SearchStrategy[str]:
    """Texts at, around and beyond the limits of *rules*."""
    lengths = [0, 1, 2, rules.min_len, rules.max_len, rules.max_len + 1]
    edges = st.sampled_from([letter * size for size in lengths for letter in "aé\U0001f600"])
    texts = words | edges | st.uuids().map(lambda uuid: uuid.hex) | st.sampled_from(["a\n", "\0"])
    return texts | st.from_regex(rules.pattern) if rules.pattern else texts


def is_choice(field: Any) -> bool:
    """Whether *field* is in a oneof; `optional` is none."""
    oneof = field.containing_oneof
    return bool(oneof and not oneof.name.startswith("_"))


def is_part(field: Any) -> bool:
    """Whether *field* holds messages of the contract itself."""
    message = field.message_type
    return bool(message and not is_map(field) and message.file == field.file)


def is_text(field: Any) -> bool:
    """Whether *field* holds text."""
    return bool(field.type == Type.TYPE_STRING)


def is_mask(field: Any) -> bool:
    """Whether *field* is a field mask."""
    return bool(field.message_type and field.message_type.full_name == "google.protobuf.FieldMask")


def is_output_only(field: Any) -> bool:
    """Whether requests may hold *field*, but are read as if they did not."""
    return field_behavior_pb2.OUTPUT_ONLY in _behaviors(field)


def is_identifier(field: Any) -> bool:
    """Whether an integer is read as text in *field*."""
    return field_behavior_pb2.IDENTIFIER in _behaviors(field)


def is_required(field: Any) -> bool:
    """Whether a request needs *field*."""
    return field_behavior_pb2.REQUIRED in _behaviors(field)


def _behaviors(field: Any) -> list[int]:
    return list(field.GetOptions().Extensions[field_behavior_pb2.field_behavior])


def dumps(document: Any) -> str:
    """*document* as JSON text."""
    return json.dumps(document, allow_nan=False)
