"""The progress of a copy: a bar on a terminal, and a line now and then anywhere else."""

import time
from collections.abc import Callable

from items_cli.output.progress import Progress

EVERY_SECONDS = 10.0
"""The time between two lines where there is no terminal."""


class CopyProgress(Progress):
    """The progress of a copy of *total* changes. The clock, in seconds, is an argument."""

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._clock = clock
        self._said = self._start = clock()
        self.count = 0
        super().__init__("copying", total, self._done())

    @property
    def seconds(self) -> float:
        """The time since the beginning."""
        return self._clock() - self._start

    def copied(self, count: int) -> None:
        """Count *count* more changes as copied."""
        self.count += count
        self.update(self.count, self._done())
        if not self.is_shown and self._clock() - self._said >= EVERY_SECONDS:
            self._said = self._clock()
            self.say(f"{self.count:,} changes copied, of {self._total:,} at the beginning")

    def _done(self) -> str:
        return f"{self.count:,} of {self._total:,} changes"
