"""The disconnect of a client, for the calls that wait on its behalf."""

from typing import Protocol


class Waiting(Protocol):
    """Work for a client that may disconnect."""

    def leave(self) -> None:
        """Cancel the work."""


class Departure:
    """The disconnect of one client, which cancels all work for it.

    Registering is cheaper than a task that watches the connection, and every call does it.
    """

    def __init__(self) -> None:
        self._waiting: set[Waiting] = set()
        self._has_happened = False

    def add(self, waiting: Waiting) -> None:
        """Cancel *waiting* when the client disconnects, or now if it has."""
        if self._has_happened:
            waiting.leave()
        else:
            self._waiting.add(waiting)

    def discard(self, waiting: Waiting) -> None:
        """Forget *waiting*: it has ended."""
        self._waiting.discard(waiting)

    def happen(self) -> None:
        """Cancel all registered work."""
        self._has_happened = True
        while self._waiting:
            self._waiting.pop().leave()
