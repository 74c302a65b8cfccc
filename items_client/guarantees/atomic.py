"""Atomic: a revision is told as a whole."""

from items.v1 import items_pb2 as pb
from items_client.guarantees.guarantee import Complain, Guarantee


class Atomic(Guarantee):
    """A revision is told as a whole, in one place; a snapshot is of one revision."""

    name = "atomic"

    def __init__(self, complain: Complain) -> None:
        super().__init__(complain)
        self._last: tuple[int, frozenset[str]] = (0, frozenset())
        self._snapshot: int | None = None

    def asked(self, request: pb.WatchItemsRequest) -> None:
        self._snapshot = None

    def snapshot(self, part: pb.ItemSnapshot) -> None:
        if self._snapshot not in {None, part.revision}:
            self.complain(f"a snapshot is of revision {self._snapshot} and of {part.revision}")
        for item in part.items:
            if item.revision > part.revision:
                self.complain(f"the snapshot of {part.revision} has `{item.id}` of {item.revision}")
        self._snapshot = None if part.complete else part.revision

    def commit(self, commit: pb.ItemChanges) -> None:
        self._check_is_between_snapshots(f"revision {commit.revision}")
        ids = frozenset(change.item.id for change in commit.changes)
        last, told = self._last
        if not ids:
            self.complain(f"revision {commit.revision} is told without a change")
        elif commit.revision == last and not ids & told:
            self.complain(f"revision {commit.revision} is divided")
        for change in commit.changes:
            self._check_belongs(change, commit.revision)
        self._last = commit.revision, ids

    def bookmark(self, bookmark: pb.Bookmark) -> None:
        self._check_is_between_snapshots(f"the bookmark {bookmark.revision}")

    def _check_is_between_snapshots(self, what: str) -> None:
        if self._snapshot is not None:
            self.complain(f"{what} is told within the snapshot of {self._snapshot}")
            self._snapshot = None

    def _check_belongs(self, change: pb.ItemChange, revision: int) -> None:
        """An item that expired is told as it last was."""
        if change.kind != pb.CHANGE_KIND_EXPIRED and change.item.revision != revision:
            self.complain(
                f"revision {revision} has `{change.item.id}` of revision {change.item.revision}"
            )
