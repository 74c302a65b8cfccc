"""A change of some fields as keyword arguments: a JSON merge patch (RFC 7396)."""

from collections.abc import Iterator
from typing import Any

from items.v1 import items_pb2 as pb
from items.v1.items_fields import ItemFields
from items_client.fields import is_free_form, is_map, item


def patch(changes: ItemFields) -> tuple[pb.Item, tuple[str, ...]]:
    """The new values and the update mask that *changes* mean.

    A field that is not named stays. None removes it. A mapping, as labels and attributes
    are, is merged into that of the item, key by key, None removing a key: what the body
    of a PATCH request says. Lists and messages are replaced as a whole.
    """
    return item(changes), tuple(_paths(changes))


def label_path(key: str) -> str:
    """The path of the label *key* in an update mask, quoted as AIP-161 says."""
    return entry_path("labels", key)


def entry_path(name: str, key: str) -> str:
    """The path of an entry of the map *name* in an update mask; a backtick is doubled."""
    return f"{name}.`{key.replace('`', '``')}`"


def _paths(changes: ItemFields) -> Iterator[str]:
    values: dict[str, Any] = dict(changes)
    for name, value in values.items():
        if value is not None and is_map(name):
            yield from (entry_path(name, key) for key in value)
        elif value is not None and is_free_form(name):
            yield f"{name}.*"
        else:
            yield name
