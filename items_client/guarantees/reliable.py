"""Reliable: nothing is missing."""

from collections import OrderedDict

from items.v1 import items_pb2 as pb
from items_client.guarantees.guarantee import REMEMBERED, Complain, Guarantee


class Reliable(Guarantee):
    """Nothing is missing.

    Without a filter each revision follows the one before. With one, the version of an
    item that a change names as the previous one is the one that was told last.
    """

    name = "reliable"

    def __init__(self, complain: Complain) -> None:
        super().__init__(complain)
        self._revision: int | None = None
        self._is_filtered = False
        self._versions: OrderedDict[str, int] = OrderedDict()

    def asked(self, request: pb.WatchItemsRequest) -> None:
        self._is_filtered = bool(request.filter)
        if request.include_snapshot:
            self._revision = None
            self._versions.clear()
        elif request.HasField("from_revision"):
            self._revision = request.from_revision

    def snapshot(self, part: pb.ItemSnapshot) -> None:
        self._revision = part.revision
        for item in part.items:
            self._remember(item)

    def commit(self, commit: pb.ItemChanges) -> None:
        self._check_follows(commit.revision, self._revision)
        self._revision = commit.revision
        for change in commit.changes:
            self._check_previous(commit.revision, change)

    def bookmark(self, bookmark: pb.Bookmark) -> None:
        if self._revision is not None and bookmark.revision > self._revision:
            self._check_follows(bookmark.revision + 1, self._revision)
        self._revision = bookmark.revision

    def _check_follows(self, revision: int, last: int | None) -> None:
        if self._is_filtered or last is None or revision <= last + 1:
            return
        missing = f"{last + 1}" if revision == last + 2 else f"{last + 1} to {revision - 1}"
        self.complain(f"after revision {last}, {missing} was not told")

    def _check_previous(self, revision: int, change: pb.ItemChange) -> None:
        item_id = change.item.id
        told = self._versions.pop(item_id, None)
        if told is not None:
            if change.view_change == pb.VIEW_CHANGE_ENTERED:
                self.complain(f"revision {revision}: `{item_id}` enters what it has not left")
            elif change.HasField("previous") and change.previous.revision != told:
                was = change.previous.revision
                self.complain(f"revision {revision}: `{item_id}` was at {was}, told was {told}")
        is_gone = change.kind == pb.CHANGE_KIND_EXPIRED
        if not is_gone and change.view_change != pb.VIEW_CHANGE_LEFT:
            self._remember(change.item)

    def _remember(self, item: pb.Item) -> None:
        self._versions[item.id] = item.revision
        if len(self._versions) > REMEMBERED:
            self._versions.popitem(last=False)
