"""Time slices for long work on the event loop, one slice at a time.

Large bodies and answers take turns among each other. The calls that need none wait for
one slice, however much of such work there is.
"""

import asyncio
import time
from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")

SLICE = 0.01
"""Seconds of a slice: a small part of what a call may wait for others."""


LONG = 2 * SLICE
"""Seconds after which others have as much time as was taken: a call needs several turns."""


class Turns:
    """The turns of one event loop, first come, first served."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def take(self, work: Generator[None, None, T]) -> T:
        """Do *work* in as many turns as it takes, and return its result.

        A step that is longer than a slice is followed by a pause of its length.
        """
        while True:
            async with self._lock:
                began = time.perf_counter()
                try:
                    _work_for_a_slice(work, began + SLICE)
                except StopIteration as end:
                    return end.value  # type: ignore[no-any-return]  # it is the T of work
                finally:
                    taken = time.perf_counter() - began
                    await asyncio.sleep(taken if taken > LONG else 0)


def _work_for_a_slice(work: Generator[None, None, object], until: float) -> None:
    while time.perf_counter() < until:
        next(work)


def at_once(work: Generator[None, None, T]) -> T:
    """Do all of *work*, which is short, and return its result."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # it is the T of work
