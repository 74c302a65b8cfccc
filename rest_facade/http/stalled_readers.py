"""Limits for clients that do not read their answers, in bytes and seconds."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from rest_facade.http.budget import SMALL, Budget, Holding


class Stall:
    """A watchdog that ends a connection whose client reads nothing for *seconds*.

    It is noticed within twice that time. What is unread counts against *budget*.
    """

    def __init__(self, transport: asyncio.Transport, seconds: float, budget: Budget) -> None:
        self._transport = transport
        self._seconds = seconds
        self._budget = budget
        self._unread = Holding(transport.abort)
        self._timer: asyncio.TimerHandle | None = None
        self._is_closed = False
        self._answer = 0
        self._seen = 0

    @contextmanager
    def holding(self, answer: int) -> Iterator[None]:
        """Count the bytes of an *answer* as a whole while it is being written."""
        self._hold(answer)
        try:
            yield
        finally:
            self._hold(0)

    def watch(self) -> None:
        """Watch what was just written, until it is read."""
        size = self._transport.get_write_buffer_size()
        self._seen = 0
        if size > SMALL or self._unread.size:
            self._budget.resize(self._unread, max(size, self._answer))
        if size and self._timer is None:
            self._wait()

    def move(self) -> None:
        """Nearly all that was written has been read."""
        self._seen = 0
        self._budget.resize(self._unread, self._answer)

    def close(self) -> None:
        """Forget the connection, which has ended."""
        self._is_closed = True
        self._hold(0)
        if self._timer is not None:
            self._timer.cancel()

    def _hold(self, answer: int) -> None:
        self._answer = 0 if self._is_closed else answer
        self._budget.resize(self._unread, self._answer)

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look)

    def _look(self) -> None:
        """End the connection if nothing has moved since the last look."""
        self._timer = None
        size = self._transport.get_write_buffer_size()
        if size and size == self._seen:
            self._transport.abort()
        elif size:
            self._seen = size
            self._wait()
