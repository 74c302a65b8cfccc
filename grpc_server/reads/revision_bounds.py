"""Which revisions can be asked for: those that are written, and still kept."""

from grpc_server.database.store import Head
from grpc_server.items.errors import RevisionCompacted, RevisionInFuture


def check_kept(head: Head, revision: int, *, first: int) -> None:
    """Pass if the store has come to *revision*, and keeps everything from *first* on.

    Raises:
        RevisionInFuture: it has not come so far.
        RevisionCompacted: *first* is no longer kept, or *revision* is of what a restore or
            a failover has left out.
    """
    check_written(head, revision)
    _check_not_lost(head, revision)
    if first < head.oldest_revision:
        raise RevisionCompacted(
            f"revisions before {head.oldest_revision} are no longer kept",
            metadata={"oldest_revision": str(head.oldest_revision)},
        )


def check_written(head: Head, revision: int) -> None:
    """Pass if the store has come to *revision*.

    Raises:
        RevisionInFuture: it has not come so far.
    """
    if revision > head.revision:
        raise RevisionInFuture(
            f"the store is at revision {head.revision}, not yet at {revision}",
            metadata={"revision": str(head.revision)},
        )


def _check_not_lost(head: Head, revision: int) -> None:
    for lost in head.lost:
        if lost.first <= revision < lost.last:
            raise RevisionCompacted(
                f"revision {revision} was lost: the store was restored from a backup, or failed "
                f"over to a standby, that was at {lost.first - 1}, and went on from {lost.last}",
                metadata={"oldest_revision": str(lost.last + 1)},
            )
