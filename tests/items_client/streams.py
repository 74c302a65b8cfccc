"""Recorded streams, written down by hand."""

from collections.abc import Sequence

from items.v1 import items_pb2 as pb

STORE = "6f7e9f6e-7a53-4f25-9a3c-0d6a0b6a3f10"


def now(*, where: str = "") -> pb.WatchItemsRequest:
    """Ask for what comes."""
    return pb.WatchItemsRequest(filter=where)


def after(revision: int, *, where: str = "") -> pb.WatchItemsRequest:
    """Ask for what came after *revision*."""
    return pb.WatchItemsRequest(from_revision=revision, filter=where)


def with_snapshot(*, where: str = "") -> pb.WatchItemsRequest:
    """Ask for the items that match, and for what comes."""
    return pb.WatchItemsRequest(include_snapshot=True, filter=where)


def part(
    revision: int, *items: pb.Item, complete: bool = False, store_id: str = STORE
) -> pb.WatchItemsResponse:
    """A part of a snapshot."""
    return pb.WatchItemsResponse(
        snapshot=pb.ItemSnapshot(
            revision=revision, items=items, complete=complete, store_id=store_id
        )
    )


def bookmark(revision: int, store_id: str = STORE) -> pb.WatchItemsResponse:
    """A bookmark."""
    return pb.WatchItemsResponse(bookmark=pb.Bookmark(revision=revision, store_id=store_id))


def told(*commits: pb.ItemChanges) -> pb.WatchItemsResponse:
    """A run of revisions."""
    return pb.WatchItemsResponse(commits=pb.ItemCommits(commits=commits))


def commit(revision: int, *ids: str) -> pb.ItemChanges:
    """A revision that has written the items *ids*."""
    return of(revision, *(change(item(item_id, revision)) for item_id in ids or ("vim",)))


def of(revision: int, *changes: pb.ItemChange) -> pb.ItemChanges:
    """A revision with *changes*."""
    return pb.ItemChanges(revision=revision, changes=changes)


def change(
    after: pb.Item,
    before: pb.Item | None = None,
    kind: pb.ChangeKind.ValueType = pb.CHANGE_KIND_UPDATED,
    view: pb.ViewChange.ValueType = pb.VIEW_CHANGE_UNSPECIFIED,
) -> pb.ItemChange:
    """A change of an item from *before* to *after*."""
    return pb.ItemChange(kind=kind, item=after, previous=before, view_change=view)


def item(item_id: str, revision: int) -> pb.Item:
    """A version of an item."""
    return pb.Item(id=item_id, revision=revision)


def names(complaints: Sequence[object]) -> list[str]:
    """What is said, in words."""
    return [str(complaint) for complaint in complaints]
