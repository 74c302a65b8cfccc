"""The one item that every subject is given: about 250 bytes of JSON."""

import json
from typing import Any

from google.protobuf import json_format

from items.v1 import items_pb2 as pb

SEED = "seed"
"""The prefix of the ids of the items that gets ask for."""

_FIELDS: dict[str, Any] = {
    "name": "Cordless drill 18 V",
    "description": "Two-speed drill driver with a brushless motor, sold with two batteries.",
    "labels": {"brand": "acme", "shelf": "c-12"},
    "attributes": {"weight_kg": 1.4, "in_stock": True, "tags": ["tools", "power"]},
}


def example_id(prefix: str, number: int) -> str:
    """The id of the item *number* of a series; all ids of a series are equally long."""
    return f"{prefix}-{number:09d}"


def example_json(item_id: str) -> bytes:
    """The body of a POST that creates the item."""
    return json.dumps({"id": item_id, **_FIELDS}, separators=(",", ":")).encode()


def example_message(item_id: str) -> pb.Item:
    """The item as a message."""
    return json_format.ParseDict({"id": item_id, **_FIELDS}, pb.Item())
