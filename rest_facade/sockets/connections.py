"""The connections of a facade: a limited number, in which idle ones make room."""

from typing import Protocol

MOST_LINGERING = 100
"""Refused connections that may take their time to read why."""


class Connection(Protocol):
    """A connection that can be told to end."""

    def make_room(self) -> None:
        """End: another connection takes the place of this one, which waits for a request."""


class Connections:
    """At most *most* connections.

    A new one takes the place of the one that has waited longest for the head of a request,
    so that no number of idle connections keeps others out.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: set[Connection] = set()
        self._waiting: dict[Connection, None] = {}
        self._lingering: set[Connection] = set()

    def admit(self, connection: Connection) -> bool:
        """Admit *connection*, which waits for a request; return False if there is no room."""
        if len(self._open) >= self._most and not self._make_room():
            return False
        self._open.add(connection)
        self._waiting[connection] = None
        return True

    def wait(self, connection: Connection) -> None:
        """Mark *connection* as idle: it waits for a request."""
        if connection in self._open:
            self._waiting.pop(connection, None)
            self._waiting[connection] = None

    def work(self, connection: Connection) -> None:
        """Mark *connection* as busy: it has a call under way."""
        self._waiting.pop(connection, None)

    def linger(self, connection: Connection) -> bool:
        """Let a refused *connection* linger to read why; return False if too many do."""
        may = len(self._lingering) < MOST_LINGERING
        if may:
            self._lingering.add(connection)
        return may

    def close(self, connection: Connection) -> None:
        """Forget *connection*, which has ended."""
        self._open.discard(connection)
        self._waiting.pop(connection, None)
        self._lingering.discard(connection)

    def _make_room(self) -> bool:
        longest = next(iter(self._waiting), None)
        if longest is None:
            return False
        self.close(longest)
        longest.make_room()
        return True
