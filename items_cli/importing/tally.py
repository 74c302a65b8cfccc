"""The counts of an import, by outcome."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType

from items.v1 import items_pb2 as pb

OUTCOMES = ("created", "updated", "brought back", "unchanged", "refused")

_OUTCOME_OF: Mapping[pb.ChangeKind.ValueType, str] = MappingProxyType(
    {
        pb.CHANGE_KIND_CREATED: "created",
        pb.CHANGE_KIND_UPDATED: "updated",
        pb.CHANGE_KIND_UNDELETED: "brought back",
        pb.CHANGE_KIND_UNSPECIFIED: "unchanged",
    }
)


class Tally:
    """Counts lines by their outcome. The clock, in seconds, is an argument."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()
        self._counts: Counter[str] = Counter()

    @property
    def refused(self) -> int:
        """The number of refused lines."""
        return self._counts["refused"]

    @property
    def total(self) -> int:
        """The number of lines with an outcome."""
        return self._counts.total()

    def written(self, kind: pb.ChangeKind.ValueType) -> None:
        """Count an item that was accepted, by the *kind* of its change."""
        self._counts[_OUTCOME_OF.get(kind, "updated")] += 1

    def refuse(self) -> None:
        """Count a refused line."""
        self._counts["refused"] += 1

    def summary(self) -> str:
        """Return the number of lines, their rate, and the count of each outcome, in one line."""
        seconds = max(self._clock() - self._start, 1e-9)
        counts = ", ".join(
            f"{self._counts[name]:,} {name}" for name in OUTCOMES if self._counts[name]
        )
        lines = f"{self.total:,} {'line' if self.total == 1 else 'lines'}"
        rate = f"{lines} in {seconds:.1f} s ({self.total / seconds:,.0f} a second)"
        return f"{rate}: {counts}" if counts else "0 lines"
