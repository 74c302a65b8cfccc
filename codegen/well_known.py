"""The messages of others that the contract may use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WellKnown:
    """How the generated code deals with a well-known message.

    *annotation* is its type in a model, *write* the function that makes JSON of it.
    *read*: whether a request may hold it; *in_query*: also in its query string.
    """

    annotation: str
    write: str
    read: bool = True
    in_query: bool = False


WELL_KNOWN = {
    "google.protobuf.FieldMask": WellKnown(
        "Annotated[FieldMask, FIELD_MASK]", "field_mask_to_json", in_query=True
    ),
    "google.protobuf.Struct": WellKnown("Annotated[Struct, STRUCT]", "struct_to_json"),
    "google.protobuf.Timestamp": WellKnown("Annotated[Timestamp, TIMESTAMP]", "timestamp_to_json"),
    "google.rpc.Status": WellKnown("Status", "status_to_json", read=False),
}

FIELD_MASK = "google.protobuf.FieldMask"
