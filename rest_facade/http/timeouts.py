"""The timeouts of a connection: for a head, and for input after the last answer."""

import asyncio
from collections.abc import Callable

LINGER = 2.0
"""Seconds that a body may still come after its call was answered, or a refusal be read."""

MOST_DISCARDED = 4 * 1024 * 1024
"""Bytes that may come within that time."""


class Patience:
    """The timers of one connection.

    A head has *seconds* until *give_up* is called. A client that still sends when all is
    said has a moment to read that, until *close* is called.
    """

    def __init__(
        self, seconds: float, give_up: Callable[[], None], close: Callable[[], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._seconds = seconds
        self._give_up = give_up
        self._close = close
        self._discarded = 0
        self._head: asyncio.TimerHandle | None = None
        self._linger: asyncio.TimerHandle | None = None

    @property
    def expects_head(self) -> bool:
        """True while a head is awaited or incomplete."""
        return self._head is not None

    @property
    def lingers(self) -> bool:
        """True while the connection discards input after its last answer."""
        return self._linger is not None

    def expect_head(self) -> None:
        """Start the timer of a head, unless it runs."""
        if self._head is None:
            self._head = self._loop.call_later(self._seconds, self._too_late)

    def linger(self) -> None:
        """Discard input for a while, so that the client can read its answer."""
        self._discarded = 0
        self._linger = self._loop.call_later(LINGER, self._close)

    def discard(self, size: int) -> None:
        """Count *size* bytes of discarded input."""
        self._discarded += size
        if self._discarded > MOST_DISCARDED:
            self._close()

    def end_head(self) -> None:
        """Stop waiting for a head."""
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def end(self) -> None:
        """Cancel all timers."""
        self.end_head()
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None

    def _too_late(self) -> None:
        self._head = None
        self._give_up()
