"""Which revision the store had some time ago."""

import time
from collections import deque
from collections.abc import Callable

_EVERY = 0.1
"""Seconds between two notes: the past is not told more finely."""


class Past:
    """What was the newest revision *seconds* ago, or, before that, at the beginning."""

    def __init__(
        self, revision: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._notes = deque([(clock(), revision)])

    def note(self, revision: int) -> None:
        """Note that *revision* is the newest one now."""
        now = self._clock()
        newest, noted = self._notes[-1]
        if revision > noted and now >= newest + _EVERY:
            self._notes.append((now, revision))

    @property
    def revision(self) -> int:
        """The newest revision at that time, as far as it was noted."""
        then = self._clock() - self._seconds
        while len(self._notes) > 1 and self._notes[1][0] <= then:
            self._notes.popleft()
        return self._notes[0][1]
