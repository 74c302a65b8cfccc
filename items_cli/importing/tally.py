"""What came of an import, so far."""

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
    """Counts items by outcome. The clock is an argument."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()
        self._counts: Counter[str] = Counter()

    @property
    def refused(self) -> int:
        """How many lines were refused."""
        return self._counts["refused"]

    @property
    def total(self) -> int:
        """How many lines came to an outcome."""
        return self._counts.total()

    def written(self, kind: pb.ChangeKind.ValueType) -> None:
        """Count an item that was accepted, by what the write did."""
        self._counts[_OUTCOME_OF.get(kind, "updated")] += 1

    def refuse(self) -> None:
        """Count a refused line."""
        self._counts["refused"] += 1

    def summary(self) -> str:
        """How many lines of the input, how fast, and what came of them."""
        seconds = max(self._clock() - self._start, 1e-9)
        counts = ", ".join(
            f"{self._counts[name]:,} {name}" for name in OUTCOMES if self._counts[name]
        )
        lines = f"{self.total:,} {'line' if self.total == 1 else 'lines'}"
        rate = f"{lines} in {seconds:.1f} s ({self.total / seconds:,.0f} a second)"
        return f"{rate}: {counts}" if counts else "0 lines"
