"""Ordered: revisions never go back."""

from items.v1 import items_pb2 as pb
from items_client.guarantees.guarantee import Complain, Guarantee


class Ordered(Guarantee):
    """Revisions never go back; the items of a snapshot come by id."""

    name = "ordered"

    def __init__(self, complain: Complain) -> None:
        super().__init__(complain)
        self._revision = 0
        self._item_id = ""

    def asked(self, request: pb.WatchItemsRequest) -> None:
        self._item_id = ""
        if request.HasField("from_revision") and not request.include_snapshot:
            self._revision = request.from_revision

    def snapshot(self, part: pb.ItemSnapshot) -> None:
        self._go_on_to(part.revision)
        for item in part.items:
            if item.id < self._item_id:
                self.complain(f"the snapshot has `{item.id}` after `{self._item_id}`")
            self._item_id = item.id
        if part.complete:
            self._item_id = ""

    def commit(self, commit: pb.ItemChanges) -> None:
        self._go_on_to(commit.revision)

    def _go_on_to(self, revision: int) -> None:
        if revision < self._revision:
            self.complain(f"revision {revision} is told after {self._revision}")
        self._revision = revision
