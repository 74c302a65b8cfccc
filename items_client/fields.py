"""The fields of an item as keyword arguments."""

from collections.abc import Mapping
from typing import Any, TypedDict

from items.v1 import items_pb2 as pb


class ItemFields(TypedDict, total=False):
    """The fields that a caller writes; None stands for no value.

    *attributes* is anything that JSON can say: text, numbers, booleans, None, lists and
    mappings.
    """

    name: str | None
    description: str | None
    labels: Mapping[str, str | None] | None
    attributes: Mapping[str, Any] | None


def item(fields: ItemFields, base: pb.Item | None = None) -> pb.Item:
    """*base* with *fields* in the place of its own; *base* itself stays as it is."""
    built = pb.Item()
    if base is not None:
        built.CopyFrom(base)
    for name in fields:
        built.ClearField(name)  # type: ignore[arg-type]  # a name of ItemFields
    _fill(built, fields)
    return built


def _fill(built: pb.Item, fields: ItemFields) -> None:
    if (name := fields.get("name")) is not None:
        built.name = name
    if (description := fields.get("description")) is not None:
        built.description = description
    for key, value in (fields.get("labels") or {}).items():
        if value is not None:
            built.labels[key] = value
    if (attributes := fields.get("attributes")) is not None:
        built.attributes.update(dict(attributes))
