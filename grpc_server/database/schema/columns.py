"""From an item to the columns that are a projection of its payload, and back."""

from typing import Any, Literal

from google.protobuf.message import DecodeError
from google.protobuf.struct_pb2 import ListValue, Struct, Value

from grpc_server.database.errors import StoreCorrupt
from grpc_server.database.schema import timestamps
from items.v1 import items_pb2 as pb

Row = dict[str, Any]
"""Values by the name of their column."""

_Time = Literal["create_time", "update_time", "delete_time", "expire_time"]


def row_of(item: pb.Item, payload: bytes) -> Row:
    """Give the row of the table of items for *item*, which serializes to *payload*."""
    return {
        "id": item.id,
        "revision": item.revision,
        "name": item.name if item.HasField("name") else None,
        "create_time": _time(item, "create_time"),
        "update_time": _time(item, "update_time"),
        "delete_time": _time(item, "delete_time"),
        "expire_time": _time(item, "expire_time"),
        "payload": payload,
        "labels": dict(item.labels),
        "description": item.description if item.HasField("description") else None,
        "attributes": _struct(item.attributes) if item.HasField("attributes") else None,
    }


def item_of(payload: bytes) -> pb.Item:
    """Give the item that *payload* holds; raises StoreCorrupt if it holds none."""
    try:
        return pb.Item.FromString(payload)
    except DecodeError as error:
        raise StoreCorrupt(f"an item in the database cannot be decoded: {error}") from error


def _time(item: pb.Item, name: _Time) -> int | None:
    return timestamps.from_timestamp(getattr(item, name)) if item.HasField(name) else None


def _struct(struct: Struct) -> dict[str, object]:
    return {key: _value(value) for key, value in struct.fields.items()}


def _list(values: ListValue) -> list[object]:
    return [_value(value) for value in values.values]


def _value(value: Value) -> object:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "number_value":
            return value.number_value
        case "bool_value":
            return value.bool_value
        case "struct_value":
            return _struct(value.struct_value)
        case "list_value":
            return _list(value.list_value)
        case _:
            return None
