"""What one watcher sees of a commit."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from grpc_server.catalog.matching import matches
from grpc_server.database.query import Condition
from grpc_server.feed.commits import Commit, Entry
from grpc_server.feed.wire import embedded
from items.v1 import items_pb2 as pb

_KINDS: Mapping[int, bytes] = MappingProxyType(
    {kind: pb.ItemChange(kind=kind).SerializeToString() for kind in pb.ChangeKind.values()}
)
_ENTERED, _LEFT = (
    pb.ItemChange(view_change=change).SerializeToString()
    for change in (pb.VIEW_CHANGE_ENTERED, pb.VIEW_CHANGE_LEFT)
)


@dataclass(frozen=True, slots=True)
class View:
    """The live items that match *where*, or, if it is None, all that happens.

    With *with_previous*, each change has the item as it was before.
    """

    where: Condition | None
    with_previous: bool

    @property
    def needs_previous(self) -> bool:
        """Whether it looks at the versions before the changes."""
        return self.with_previous or self.where is not None

    def encoded(self, commit: Commit) -> bytes:
        """What this view shows of *commit*, as a field of ItemCommits; empty if nothing."""
        changes = b"".join(map(self._change, commit.entries))
        if not changes:
            return b""
        return embedded(pb.ItemCommits.COMMITS_FIELD_NUMBER, commit.head + changes)

    def _change(self, entry: Entry) -> bytes:
        """*entry* as a field of ItemChanges; empty if it is not shown."""
        was, is_now = True, True
        if self.where is not None:
            was = self._shows(entry.before)
            is_now = entry.kind != pb.CHANGE_KIND_EXPIRED and self._shows(entry.after)
            if not was and not is_now:
                return b""
        change = _KINDS[entry.kind] + embedded(pb.ItemChange.ITEM_FIELD_NUMBER, entry.item)
        if self.with_previous and entry.previous is not None:
            change += embedded(pb.ItemChange.PREVIOUS_FIELD_NUMBER, entry.previous)
        if was != is_now:
            change += _ENTERED if is_now else _LEFT
        return embedded(pb.ItemChanges.CHANGES_FIELD_NUMBER, change)

    def _shows(self, item: pb.Item | None) -> bool:
        """Whether ListItems with this filter would list *item*."""
        if item is None or item.HasField("delete_time") or self.where is None:
            return False
        return matches(self.where, item)
