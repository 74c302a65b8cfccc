"""Commits as the feed holds them: encoded, since they are told far more often than read."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from grpc_server.database import timestamps
from grpc_server.database.store import Change, StoredChange
from items.v1 import items_pb2 as pb

_OVERHEAD = 1000
"""About how many bytes a commit takes beside its items."""


class Entry:
    """What happened to one item: *item* and *previous* are encoded; None if there was none."""

    __slots__ = ("_after", "_before", "item", "kind", "previous")

    def __init__(self, kind: pb.ChangeKind.ValueType, item: bytes, previous: bytes | None) -> None:
        self.kind = kind
        self.item = item
        self.previous = previous
        self._after: pb.Item | None = None
        self._before: pb.Item | None = None

    @property
    def after(self) -> pb.Item:
        """The item after the change; decoded when a filter first asks for it."""
        if self._after is None:
            self._after = pb.Item.FromString(self.item)
        return self._after

    @property
    def before(self) -> pb.Item | None:
        """The item before it."""
        if self._before is None and self.previous is not None:
            self._before = pb.Item.FromString(self.previous)
        return self._before


class Commit(NamedTuple):
    """One revision, whole; *head* is its ItemChanges without the changes, encoded."""

    revision: int
    head: bytes
    entries: tuple[Entry, ...]

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        items = sum(len(entry.item) + len(entry.previous or b"") for entry in self.entries)
        return _OVERHEAD + items


def commits_of(changes: Iterable[StoredChange]) -> Iterator[Commit]:
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
        entries = tuple(Entry(change.kind, change.item, change.previous) for change in whole)
        yield Commit(revision, head.SerializeToString(), entries)


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
