"""What a watch has to tell, by the `changes` table: a model in plain Python."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from items.v1 import items_pb2 as pb

Items = dict[str, pb.Item]
"""The last version of each item, by its id; those that expired are not there."""


def everything(_: pb.Item) -> bool:
    """Choose every item."""
    return True


@dataclass(frozen=True, slots=True)
class View:
    """What a watch with *filter* asks for; *chooses* says the same of a live item.

    Without a filter, deleted items are told of, too. With *previous*, each change has
    the item as it was before.
    """

    filter: str = ""
    chooses: Callable[[pb.Item], bool] = everything
    previous: bool = False

    def shows(self, item: pb.Item | None) -> bool:
        """Whether a list with the filter has *item*."""
        return item is not None and not item.HasField("delete_time") and self.chooses(item)


def items_of(view: View, commits: Sequence[pb.ItemChanges]) -> list[pb.Item]:
    """The items that *view* shows after *commits*, by id."""
    items: Items = {}
    for commit in commits:
        for change in commit.changes:
            _follow(items, change)
    return [items[item_id] for item_id in sorted(items) if view.shows(items[item_id])]


def changes_of(view: View, commits: Sequence[pb.ItemChanges]) -> list[pb.ItemChanges]:
    """What *view* shows of *commits*, which begin with the first."""
    items: Items = {}
    shown = [_shown(view, commit, items) for commit in commits]
    return [commit for commit in shown if commit.changes]


def _shown(view: View, commit: pb.ItemChanges, items: Items) -> pb.ItemChanges:
    shown = pb.ItemChanges()
    shown.CopyFrom(commit)
    del shown.changes[:]
    for change in commit.changes:
        shown.changes.extend(_told(view, change, items.get(change.item.id)))
        _follow(items, change)
    return shown


def _told(view: View, change: pb.ItemChange, before: pb.Item | None) -> Iterator[pb.ItemChange]:
    """*change* as *view* tells it, or nothing."""
    told = pb.ItemChange(kind=change.kind, item=change.item)
    if view.previous and before is not None:
        told.previous.CopyFrom(before)
    if view.filter:
        was, is_now = view.shows(before), view.shows(change.item)
        if not (was or is_now):
            return
        if was != is_now:
            told.view_change = pb.VIEW_CHANGE_ENTERED if is_now else pb.VIEW_CHANGE_LEFT
    yield told


def _follow(items: Items, change: pb.ItemChange) -> None:
    if change.kind == pb.CHANGE_KIND_EXPIRED:
        items.pop(change.item.id, None)
    else:
        items[change.item.id] = change.item
