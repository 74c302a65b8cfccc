"""Reads as they were asked and answered, checked against the history that all agree on."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Read:
    """Some items, each with its revision or none, as they were at *revision* of the store.

    *least* is what was asked for.
    """

    least: int
    revision: int
    items: Mapping[str, int | None]


@dataclass
class History:
    """At which revisions each item was written."""

    writes: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, item_id: str, revision: int) -> None:
        """Take in an acknowledged write; they may come in any order."""
        revisions = self.writes[item_id]
        revisions.insert(bisect_right(revisions, revision), revision)

    def at(self, item_id: str, revision: int) -> int | None:
        """The revision of the item as it was then."""
        revisions = self.writes[item_id]
        before = bisect_right(revisions, revision)
        return revisions[before - 1] if before else None

    def all_at(self, ids: Iterable[str], revision: int) -> Mapping[str, int | None]:
        """The revisions of these items as they were then."""
        return {item_id: self.at(item_id, revision) for item_id in ids}

    def wrong(self, reads: Iterable[Read]) -> list[Read]:
        """The reads that are older than was asked, or not of the revision that they say."""
        return [
            read
            for read in reads
            if read.revision < read.least
            or any(
                self.at(item_id, read.revision) != found for item_id, found in read.items.items()
            )
        ]
