"""The messages of others that the contract may use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WellKnown:
    """How the generated code deals with a well-known message.

    *annotation* is its type in a model, *write* the function that
    makes JSON of it, *given* what a caller of Python gives for it. *rule* names the
    buf.validate rules that it takes: they stand where *annotation* has ``{}``.
    *read*: whether a request may hold it; *in_query*: also in its query string.
    """

    annotation: str
    write: str
    given: str = ""
    rule: str = ""
    read: bool = True
    in_query: bool = False


def _wrapper(name: str, value: str, write: str, given: str) -> WellKnown:
    """A message around one *value*, whose JSON is that of the value."""
    annotation = f"Annotated[{name}, wrapped({name}, {value})]"
    rule = "" if value == "TEXT" else name.removesuffix("Value").lower()
    return WellKnown(annotation, f"{write}_value_to_json", f"{given} | {name}", rule)


WELL_KNOWN = {
    "google.protobuf.BoolValue": _wrapper("BoolValue", "BOOL", "plain", "bool"),
    "google.protobuf.BytesValue": _wrapper("BytesValue", "base64({})", "bytes", "bytes"),
    "google.protobuf.DoubleValue": _wrapper("DoubleValue", "double({})", "double", "float"),
    "google.protobuf.Duration": WellKnown(
        "Annotated[Duration, duration({})]",
        "duration_to_json",
        "timedelta | Duration",
        rule="duration",
    ),
    "google.protobuf.Empty": WellKnown("Annotated[Empty, EMPTY]", "empty_to_json", "Empty"),
    "google.protobuf.FieldMask": WellKnown(
        "Annotated[FieldMask, FIELD_MASK]", "field_mask_to_json", "FieldMask", in_query=True
    ),
    "google.protobuf.FloatValue": _wrapper("FloatValue", "float32({})", "float", "float"),
    "google.protobuf.Int32Value": _wrapper("Int32Value", "int32({})", "plain", "int"),
    "google.protobuf.Int64Value": _wrapper("Int64Value", "int64({})", "long", "int"),
    "google.protobuf.StringValue": _wrapper("StringValue", "TEXT", "plain", "str"),
    "google.protobuf.Struct": WellKnown(
        "Annotated[Struct, STRUCT]", "struct_to_json", "Mapping[str, Any]"
    ),
    "google.protobuf.Timestamp": WellKnown(
        "Annotated[Timestamp, timestamp({})]",
        "timestamp_to_json",
        "datetime | Timestamp",
        rule="timestamp",
    ),
    "google.protobuf.UInt32Value": _wrapper("UInt32Value", "uint32({})", "plain", "int"),
    "google.protobuf.UInt64Value": _wrapper("UInt64Value", "uint64({})", "long", "int"),
    "google.rpc.Status": WellKnown("Status", "status_to_json", read=False),
}

FIELD_MASK = "google.protobuf.FieldMask"
