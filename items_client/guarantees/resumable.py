"""Resumable: a watch goes on where the one before ended."""

from items.v1 import items_pb2 as pb
from items_client.guarantees.guarantee import Complain, Guarantee


class Resumable(Guarantee):
    """A watch that resumes begins where the one before ended, of the same store."""

    name = "resumable"

    def __init__(self, complain: Complain) -> None:
        super().__init__(complain)
        self._revision: int | None = None
        self._store_id = ""
        self._expected: int | None = None

    def asked(self, request: pb.WatchItemsRequest) -> None:
        self._expected = None
        if request.include_snapshot:
            self._revision = None
        elif request.HasField("from_revision"):
            self._expected = request.from_revision
        if self._revision is not None and self._expected != self._revision:
            asked = "now" if self._expected is None else self._expected
            self.complain(f"told was {self._revision}, but the watch resumes from {asked}")

    def snapshot(self, part: pb.ItemSnapshot) -> None:
        self._check_store(part.store_id)
        if part.complete:
            self._revision = part.revision

    def commit(self, commit: pb.ItemChanges) -> None:
        self._expected, self._revision = None, commit.revision

    def bookmark(self, bookmark: pb.Bookmark) -> None:
        self._check_store(bookmark.store_id)
        if self._expected not in {None, bookmark.revision}:
            self.complain(
                f"asked was {self._expected}, but the watch begins at {bookmark.revision}"
            )
        self._expected, self._revision = None, bookmark.revision

    def _check_store(self, store_id: str) -> None:
        if self._store_id not in {"", store_id}:
            self.complain(f"the store was {self._store_id}, and is now {store_id}")
        self._store_id = store_id
