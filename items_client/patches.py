"""A change of some fields as keyword arguments: a JSON merge patch (RFC 7396)."""

from collections.abc import Iterator

from items.v1 import items_pb2 as pb
from items_client.fields import ItemFields, item


def patch(changes: ItemFields) -> tuple[pb.Item, tuple[str, ...]]:
    """The new values and the update mask that *changes* mean.

    A field that is not named stays. None removes it. Labels and attributes are merged
    into those of the item, key by key, None removing a key: what the body of a PATCH
    request says.
    """
    return item(changes), tuple(_paths(changes))


def label_path(key: str) -> str:
    """The path of the label *key* in an update mask, quoted as AIP-161 says."""
    return f"labels.`{key}`"


def _paths(changes: ItemFields) -> Iterator[str]:
    yield from (name for name in ("name", "description") if name in changes)
    if "labels" in changes:
        labels = changes["labels"]
        yield from ("labels",) if labels is None else map(label_path, labels)
    if "attributes" in changes:
        yield "attributes" if changes["attributes"] is None else "attributes.*"
