"""Keeps the tables of items and of labels as the newest changes say."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, update

from grpc_server.database.dialects import among, texts
from grpc_server.database.schema.columns import Row, item_of, row_of
from grpc_server.database.schema.tables import item_labels, items
from items.v1 import items_pb2 as pb

_ADD_ITEM = insert(items)
_CHANGE_ITEM = update(items).where(items.c.id == bindparam("changed_id"))
_REMOVE_ITEMS = delete(items).where(among(items.c.id, texts("ids")))
_ADD_LABEL = insert(item_labels)
_REMOVE_LABEL = delete(item_labels).where(
    item_labels.c.key == bindparam("key"),
    item_labels.c.value == bindparam("value"),
    item_labels.c.item_id == bindparam("item_id"),
)


class Version(NamedTuple):
    """An item and the bytes that are stored of it."""

    item: pb.Item
    payload: bytes


def project(
    connection: Connection, before: Mapping[str, bytes], after: Mapping[str, Version | None]
) -> None:
    """Write the rows of each item in *after*; None removes them.

    *before* holds the payload of each of these that has rows by now.
    """
    kept = {item_id: row_of(*version) for item_id, version in after.items() if version}
    added = [row for item_id, row in kept.items() if item_id not in before]
    changed = [_without_id(row) for item_id, row in kept.items() if item_id in before]
    removed = [item_id for item_id, version in after.items() if version is None]
    if added:
        connection.execute(_ADD_ITEM, added)
    if changed:
        connection.execute(_CHANGE_ITEM, changed)
    if removed:
        connection.execute(_REMOVE_ITEMS, {"ids": removed})
    _project_labels(
        connection,
        before={label for payload in before.values() for label in _labels(item_of(payload))},
        after={label for version in after.values() if version for label in _labels(version.item)},
    )


def _without_id(row: Row) -> Row:
    """Leave the id out of what is set: else SQLite writes every index of the row anew."""
    rest = row.copy()
    return {"changed_id": rest.pop("id"), **rest}


def _project_labels(connection: Connection, before: "set[_Label]", after: "set[_Label]") -> None:
    removed = [_label_row(label) for label in before - after]
    added = [_label_row(label) for label in after - before]
    if removed:
        connection.execute(_REMOVE_LABEL, removed)
    if added:
        connection.execute(_ADD_LABEL, added)


class _Label(NamedTuple):
    key: str
    value: str
    item_id: str


def _label_row(label: _Label) -> Row:
    return {"key": label.key, "value": label.value, "item_id": label.item_id}


def _labels(item: pb.Item) -> list[_Label]:
    return [_Label(key, value, item.id) for key, value in item.labels.items()]
