"""What one watcher sees of a commit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grpc_server.catalog.matching import matches
from grpc_server.database.query import Condition
from items.v1 import items_pb2 as pb


@dataclass(frozen=True, slots=True)
class View:
    """The live items that match *where*, or, if it is None, all that happens.

    With *with_previous*, each change has the item as it was before.
    """

    where: Condition | None
    with_previous: bool

    def of(self, commits: Iterable[pb.ItemChanges]) -> Iterator[pb.ItemChanges]:
        """What this view shows of *commits*; nothing of those that it shows nothing of."""
        if self.where is None and self.with_previous:
            yield from commits
            return
        for commit in commits:
            shown = [seen for change in commit.changes if (seen := self._change(change))]
            if shown:
                yield pb.ItemChanges(
                    revision=commit.revision,
                    commit_time=commit.commit_time,
                    actor=commit.actor,
                    request_id=commit.request_id,
                    changes=shown,
                )

    def _change(self, change: pb.ItemChange) -> pb.ItemChange | None:
        was, is_now = True, True
        if self.where is not None:
            was = change.HasField("previous") and self._shows(change.previous)
            is_now = change.kind != pb.CHANGE_KIND_EXPIRED and self._shows(change.item)
        if not was and not is_now:
            return None
        return pb.ItemChange(
            kind=change.kind,
            item=change.item,
            previous=change.previous if self._tells_previous(change) else None,
            view_change=_view_change(was=was, is_now=is_now),
        )

    def _shows(self, item: pb.Item) -> bool:
        """Whether ListItems with this filter would list *item*."""
        assert self.where is not None  # noqa: S101  # asked only of a view with a filter
        return not item.HasField("delete_time") and matches(self.where, item)

    def _tells_previous(self, change: pb.ItemChange) -> bool:
        return self.with_previous and change.HasField("previous")


def _view_change(*, was: bool, is_now: bool) -> pb.ViewChange.ValueType:
    if was == is_now:
        return pb.VIEW_CHANGE_UNSPECIFIED
    return pb.VIEW_CHANGE_ENTERED if is_now else pb.VIEW_CHANGE_LEFT
