"""Unique: no change is told twice."""

from collections import OrderedDict

from items.v1 import items_pb2 as pb
from items_client.guarantees.guarantee import REMEMBERED, Complain, Guarantee


class Unique(Guarantee):
    """No change is told twice, nor one that the snapshot holds already."""

    name = "unique"

    def __init__(self, complain: Complain) -> None:
        super().__init__(complain)
        self._start = 0
        self._told: OrderedDict[int, None] = OrderedDict()
        self._last: tuple[int, frozenset[str]] = (0, frozenset())
        self._item_id = ""

    def asked(self, request: pb.WatchItemsRequest) -> None:
        self._item_id = ""
        if request.HasField("from_revision") and not request.include_snapshot:
            self._begin(request.from_revision)

    def snapshot(self, part: pb.ItemSnapshot) -> None:
        self._begin(part.revision)
        for item in part.items:
            if item.id == self._item_id:
                self.complain(f"the snapshot has `{item.id}` twice")
            self._item_id = item.id

    def commit(self, commit: pb.ItemChanges) -> None:
        ids = frozenset(change.item.id for change in commit.changes)
        if len(ids) < len(commit.changes):
            self.complain(f"revision {commit.revision} changes an item twice")
        if commit.revision <= self._start:
            self.complain(f"revision {commit.revision} is told after a start from {self._start}")
        elif commit.revision in self._told and not self._goes_on(commit.revision, ids):
            self.complain(f"revision {commit.revision} is told again")
        self._remember(commit.revision, ids)

    def _begin(self, revision: int) -> None:
        self._start = revision
        self._told.clear()

    def _goes_on(self, revision: int, ids: frozenset[str]) -> bool:
        """Whether it is the rest of a revision that was divided: that is not atomic."""
        last, told = self._last
        return revision == last and not ids & told

    def _remember(self, revision: int, ids: frozenset[str]) -> None:
        self._last = revision, ids
        self._told[revision] = None
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
