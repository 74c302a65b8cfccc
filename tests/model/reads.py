"""What the reads answer, given the model."""

from collections.abc import Sequence
from typing import Any

from tests.model.decisions import Item, is_deleted, live, refuse
from tests.model.model import Model, Version
from tests.model.queries import FILTERS, ORDERS, after, in_order


def get(model: Model, item_id: str, revision: int = 0, *, show_deleted: bool = False) -> Item:
    """One item, now or as it was at a revision."""
    if revision > model.revision:
        refuse("OUT_OF_RANGE", "REVISION_IN_FUTURE")
    item = item_at(model, item_id, revision or model.revision)
    return item if item is not None and show_deleted else live(item)


def item_at(model: Model, item_id: str, revision: int) -> Item | None:
    """The item as the history has it at *revision*."""
    versions = [each for each in history(model, item_id) if each.revision <= revision]
    return versions[-1].item if versions and versions[-1].kind != "EXPIRED" else None


def batch_get(model: Model, ids: Sequence[str], *, show_deleted: bool) -> dict[str, Any]:
    """Many items, in the order of *ids*."""
    shown = {item["id"]: item for item in visible(model, show_deleted=show_deleted)}
    return {
        "items": [shown[item_id] for item_id in ids if item_id in shown],
        "missing_ids": [item_id for item_id in ids if item_id not in shown],
        "revision": model.revision,
    }


def matching(
    model: Model, filter_: str, order_by: str, *, show_deleted: bool, beyond: Item | None = None
) -> list[Item]:
    """The items that match, in order; those that come after the item *beyond*, if it is given."""
    found = [item for item in visible(model, show_deleted=show_deleted) if FILTERS[filter_](item)]
    keys = ORDERS[order_by]
    return in_order(found if beyond is None else [i for i in found if after(i, beyond, keys)], keys)


def visible(model: Model, *, show_deleted: bool) -> list[Item]:
    return [item for item in model.items.values() if show_deleted or not is_deleted(item)]


def history(model: Model, item_id: str) -> list[Version]:
    """The versions of one item, oldest first."""
    return [version for version in model.history if version.item["id"] == item_id]
