"""Bookmarkable: a watch says how far it has come."""

import math
import time
from collections.abc import Callable

from items.v1 import items_pb2 as pb
from items_client.guarantees.guarantee import Complain, Guarantee


class Bookmarkable(Guarantee):
    """A watch says where it begins, and, while it is quiet, how far it has come.

    There are *silence* seconds of *clock* at most between two messages.
    """

    name = "bookmarkable"

    def __init__(
        self,
        complain: Complain,
        *,
        silence: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(complain)
        self._silence = silence
        self._clock = clock
        self._told_at = clock()
        self._has_begun = True
        self._revision = 0

    def asked(self, request: pb.WatchItemsRequest) -> None:
        self._has_begun = False
        self._told_at = self._clock()
        if request.HasField("from_revision"):
            self._revision = request.from_revision

    def snapshot(self, part: pb.ItemSnapshot) -> None:
        self._check_names_store(part.store_id, f"the snapshot of {part.revision}")
        self._tell(part.revision)

    def commit(self, commit: pb.ItemChanges) -> None:
        if not self._has_begun:
            self.complain(f"the watch begins with revision {commit.revision}, not with a bookmark")
        self._tell(commit.revision)

    def bookmark(self, bookmark: pb.Bookmark) -> None:
        self._check_names_store(bookmark.store_id, f"the bookmark {bookmark.revision}")
        if bookmark.revision < self._revision:
            self.complain(f"the bookmark {bookmark.revision} comes after {self._revision}")
        self._tell(bookmark.revision)

    def _check_names_store(self, store_id: str, what: str) -> None:
        if not store_id:
            self.complain(f"{what} names no store")

    def _tell(self, revision: int) -> None:
        now = self._clock()
        if now - self._told_at > self._silence:
            self.complain(f"nothing was told for {now - self._told_at:.1f} s")
        self._has_begun, self._told_at, self._revision = True, now, revision
