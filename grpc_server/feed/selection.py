"""The selection of a commit: the changes that a subscription shows, then their encoding."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from grpc_server.feed.commits import CHANGE_OVERHEAD, EncodedChange, EncodedCommit
from grpc_server.feed.decoded_versions import Versions
from grpc_server.feed.messages import embedded
from grpc_server.feed.subscription import Subscription
from grpc_server.filters.predicates import Predicate
from grpc_server.filters.time_slices import Work
from items.v1 import items_pb2 as pb

_KINDS: Mapping[int, bytes] = MappingProxyType(
    {kind: pb.ItemChange(kind=kind).SerializeToString() for kind in pb.ChangeKind.values()}
)
_HIDDEN, _STAYS, _ENTERED, _LEFT = range(4)
_VIEW_CHANGES = tuple(
    pb.ItemChange(view_change=change).SerializeToString()
    for change in (
        pb.VIEW_CHANGE_UNSPECIFIED,
        pb.VIEW_CHANGE_UNSPECIFIED,
        pb.VIEW_CHANGE_ENTERED,
        pb.VIEW_CHANGE_LEFT,
    )
)


class Shown(NamedTuple):
    """What is shown of a commit: a *place* for each entry, and about how many bytes that is."""

    places: bytes
    size: int


class Projection:
    """Finds what *subscription* shows, and encodes it; the filter looks at *versions*."""

    def __init__(self, subscription: Subscription, versions: Versions) -> None:
        self._matches = None if subscription.where is None else Predicate(subscription.where)
        self._with_previous = subscription.with_previous
        self._versions = versions

    def shown(self, commit: EncodedCommit) -> Work[Shown]:
        """Return what is shown of *commit*."""
        places = bytearray()
        size = 0
        for entry in commit.entries:
            place = self._place(entry)
            places.append(place)
            size += self._size(entry) if place else 0
            yield
        return Shown(bytes(places), size)

    def encoded(self, commit: EncodedCommit, shown: Shown) -> Work[bytes]:
        """Return what is *shown*, as a field of ItemCommits; empty if nothing is."""
        if not shown.size:
            return b""
        parts = [commit.head]
        for entry, place in zip(commit.entries, shown.places, strict=True):
            if place != _HIDDEN:
                parts.append(self._change(entry, place))
                yield
        return embedded(pb.ItemCommits.COMMITS_FIELD_NUMBER, b"".join(parts))

    def _place(self, entry: EncodedChange) -> int:
        """Return how *entry* moves for the subscription: into it, within it, or out of it."""
        if self._matches is None:
            return _STAYS
        was = self._shows(self._versions.before(entry))
        is_now = entry.kind != pb.CHANGE_KIND_EXPIRED and self._shows(self._versions.after(entry))
        if was and is_now:
            return _STAYS
        if is_now:
            return _ENTERED
        return _LEFT if was else _HIDDEN

    def _size(self, entry: EncodedChange) -> int:
        previous = entry.previous if self._with_previous else None
        return CHANGE_OVERHEAD + len(entry.item) + len(previous or b"")

    def _change(self, entry: EncodedChange, place: int) -> bytes:
        """*entry* as a field of ItemChanges."""
        change = _KINDS[entry.kind] + embedded(pb.ItemChange.ITEM_FIELD_NUMBER, entry.item)
        if self._with_previous and entry.previous is not None:
            change += embedded(pb.ItemChange.PREVIOUS_FIELD_NUMBER, entry.previous)
        return embedded(pb.ItemChanges.CHANGES_FIELD_NUMBER, change + _VIEW_CHANGES[place])

    def _shows(self, item: pb.Item | None) -> bool:
        """Whether ListItems with this filter would list *item*."""
        if item is None or item.HasField("delete_time") or self._matches is None:
            return False
        return self._matches(item)
