"""A queue in which connections with long messages take turns to read."""

import asyncio
from collections import deque
from collections.abc import Callable

AT_ONCE = 8
"""Connections that may read on in one turn of the event loop, each `BODY_READ` bytes."""


class ReadQueue:
    """A queue of the connections that have read a part of a long message."""

    def __init__(self) -> None:
        self._resting: deque[Callable[[], None]] = deque()

    def rest(self, go_on: Callable[[], None]) -> None:
        """Call *go_on* when it is its turn, at the next turn of the event loop or later."""
        self._resting.append(go_on)
        if len(self._resting) == 1:
            self._schedule()

    def _next(self) -> None:
        for _ in range(min(AT_ONCE, len(self._resting))):
            self._resting.popleft()()
        if self._resting:
            self._schedule()

    def _schedule(self) -> None:
        asyncio.get_running_loop().call_soon(self._next)
