"""The history as a watcher reads it that is behind what the hub holds: page by page."""

from grpc_server.database.store import Reading
from grpc_server.feed.commits import EncodedCommit, commits_of
from grpc_server.feed.messages import RUN_BYTES
from grpc_server.reads.replicated import Reads
from grpc_server.reads.revision_bounds import check_kept

PAGE = 1000
"""How many changes one query reads."""

LARGEST_PAGE_BYTES = 1024 * 1024
"""How much one query reads, for a watcher that is shown little of it."""


class History:
    """The changes in the store; each has what it replaced if *with_previous*.

    A page has what a message holds, since a watcher keeps no more while it is told. While
    little of the pages is shown, they grow.
    """

    def __init__(self, reads: Reads, *, with_previous: bool) -> None:
        self._reads = reads
        self._with_previous = with_previous
        self._bytes = RUN_BYTES

    async def after(self, cursor: int) -> tuple[list[EncodedCommit], int]:
        """Return the next page after *cursor*, and the newest revision when it was read.

        Raises:
            RevisionInFuture: the cursor has not been written yet.
            RevisionCompacted: what came after it is no longer kept.
            StoreError: the database failed.
        """

        def read(reading: Reading) -> tuple[list[EncodedCommit], int]:
            head = reading.head()
            check_kept(head, cursor, first=cursor + 1)
            changes = reading.changes(
                cursor, PAGE, with_previous=self._with_previous, max_bytes=self._bytes
            )
            return [*commits_of(changes)], head.revision

        return await self._reads.tail(read, about=cursor + 1)

    def shown(self, size: int, *, whole: bool) -> None:
        """Note that so many bytes of the last page were shown, and whether that was all of it."""
        is_little = whole and size < RUN_BYTES // 4
        self._bytes = min(2 * self._bytes, LARGEST_PAGE_BYTES) if is_little else RUN_BYTES
