"""Versions of items, decoded for the filters: once for all who look at the same commit."""

from collections import deque

from grpc_server.feed.commits import EncodedChange
from items.v1 import items_pb2 as pb

DECODED_BYTES = 4 * 1024 * 1024
"""How much is kept decoded, by its size when encoded; decoded, it takes several times that."""


class Versions:
    """The versions that were decoded last, as far as *max_bytes* go."""

    def __init__(self, max_bytes: int = DECODED_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: deque[tuple[EncodedChange, int]] = deque()

    def after(self, entry: EncodedChange) -> pb.Item:
        """Return the item after the change."""
        found = entry.after
        if found is None:
            found = entry.after = pb.Item.FromString(entry.item)
            self._keep(entry, len(entry.item))
        return found

    def before(self, entry: EncodedChange) -> pb.Item | None:
        """Return the item before it; None if there was none."""
        found = entry.before
        if found is None and entry.previous is not None:
            found = entry.before = pb.Item.FromString(entry.previous)
            self._keep(entry, len(entry.previous))
        return found

    def _keep(self, entry: EncodedChange, size: int) -> None:
        self._kept.append((entry, size))
        self._bytes += size
        while self._bytes > self._max_bytes:
            oldest, freed = self._kept.popleft()
            oldest.before = oldest.after = None
            self._bytes -= freed
