"""Commits as the feed holds them: encoded, since they are told far more often than read."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from grpc_server.database.schema import timestamps
from grpc_server.database.store import Change, StoredChange
from items.v1 import items_pb2 as pb

_OVERHEAD = 1000
"""About how many bytes a commit takes beside its items."""

CHANGE_OVERHEAD = 16
"""About how many bytes a change takes in a message beside its items."""


class EncodedChange:
    """What happened to one item: *item* and *previous* are encoded; None if there was none.

    *after* and *before* are the same, decoded, while `Versions` keeps them so.
    """

    __slots__ = ("after", "before", "item", "kind", "previous")

    def __init__(self, kind: pb.ChangeKind.ValueType, item: bytes, previous: bytes | None) -> None:
        self.kind = kind
        self.item = item
        self.previous = previous
        self.after: pb.Item | None = None
        self.before: pb.Item | None = None


class EncodedCommit(NamedTuple):
    """One revision, whole; *head* is its ItemChanges without the changes, encoded."""

    revision: int
    head: bytes
    entries: tuple[EncodedChange, ...]

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return _OVERHEAD + self.message_bytes

    @property
    def message_bytes(self) -> int:
        """About how many bytes a message has that shows all of it."""
        items = sum(len(entry.item) + len(entry.previous or b"") for entry in self.entries)
        return items + len(self.head) + CHANGE_OVERHEAD * len(self.entries)


def commits_of(changes: Iterable[StoredChange]) -> Iterator[EncodedCommit]:
    """The revisions of *changes*, in order."""
    for revision, group in groupby(changes, key=attrgetter("revision")):
        whole = tuple(group)
        first = whole[0]
        head = pb.ItemChanges(
            revision=revision,
            commit_time=timestamps.to_timestamp(first.commit_time),
            actor=first.actor,
            request_id=first.request_id,
        )
        entries = tuple(
            EncodedChange(change.kind, change.item, change.previous) for change in whole
        )
        yield EncodedCommit(revision, head.SerializeToString(), entries)


def stored(change: Change) -> StoredChange:
    """*change* as the history will have it."""
    return StoredChange(
        revision=change.revision,
        ordinal=change.ordinal,
        kind=change.kind,
        commit_time=timestamps.from_datetime(change.commit_time),
        actor=change.actor,
        request_id=change.request_id,
        item=change.item.SerializeToString(),
        previous=None if change.previous is None else change.previous.SerializeToString(),
    )
