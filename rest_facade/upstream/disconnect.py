"""The moment at which a client goes away, for those who work for it."""

from typing import Protocol


class Waiting(Protocol):
    """Work for a client that may go away."""

    def leave(self) -> None:
        """Give the work up: nobody waits for it."""


class Departure:
    """The end of one connection: all that waits for the client is given up at once.

    Registering is cheaper than a task that watches the connection, and every call does it.
    """

    def __init__(self) -> None:
        self._waiting: set[Waiting] = set()
        self._has_happened = False

    def add(self, waiting: Waiting) -> None:
        """Give *waiting* up when the client goes away, or now if it has gone."""
        if self._has_happened:
            waiting.leave()
        else:
            self._waiting.add(waiting)

    def discard(self, waiting: Waiting) -> None:
        """Forget *waiting*: it has ended."""
        self._waiting.discard(waiting)

    def happen(self) -> None:
        """Give up all that waits."""
        self._has_happened = True
        while self._waiting:
            self._waiting.pop().leave()
