"""The rules of values that the contract cannot state: all can be written as JSON."""

from collections.abc import Iterator

from google.protobuf import duration_pb2, struct_pb2, timestamp_pb2
from google.protobuf.message import Message

from grpc_server.catalog.attributes import attribute_violations
from grpc_server.catalog.errors import Violation


def value_violations(value: Message, field: str) -> Iterator[Violation]:
    """What is wrong with *value*, which stands at *field*.

    Free-form JSON has a size and a depth of its own; a time is within the years 1 to
    9999, and a duration within ten thousand years, as both are in ProtoJSON.
    """
    match value:
        case struct_pb2.Struct():
            yield from attribute_violations(value, field)
        case timestamp_pb2.Timestamp() | duration_pb2.Duration() if not _has_json(value):
            yield Violation(field, "must be a time or a duration that JSON can say")


def _has_json(value: timestamp_pb2.Timestamp | duration_pb2.Duration) -> bool:
    try:
        value.ToJsonString()
    except (OverflowError, ValueError):
        return False
    return True
