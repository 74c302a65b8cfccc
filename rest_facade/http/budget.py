"""A budget for the bytes that the facade holds for all clients together."""

import time
from collections.abc import Callable

SMALL = 16 * 1024
"""Bytes that every connection may hold: they are not counted, and their calls always pass."""


class Holding:
    """The bytes that the facade holds for one connection; *give_up* ends the connection."""

    def __init__(self, give_up: Callable[[], None]) -> None:
        self.give_up = give_up
        self.size = 0
        self.since = 0.0


class Budget:
    """At most *most* bytes for all connections together.

    When they are more, the connection that has cost most, its bytes times its seconds, is
    given up. So bytes are taken only as they come, nobody waits for a sender or a reader
    that is slow, and a burst of equal ones ends with some of them served.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.held = 0
        self._most = most
        self._clock = clock
        self._large: dict[Holding, None] = {}

    def resize(self, holding: Holding, size: int) -> None:
        """Let *holding* have *size* bytes. It, or another one, may be given up for that."""
        counted = size if size > SMALL else 0
        if not holding.size:
            holding.since = self._clock()
        self.held += counted - holding.size
        holding.size = counted
        if not counted:
            self._large.pop(holding, None)
        elif holding not in self._large:
            self._large[holding] = None
        while self.held > self._most and self._large:
            self._give_up_one()

    def keep(self, holding: Holding) -> None:
        """Never give *holding* up, while its size stays: it is being worked on."""
        self._large.pop(holding, None)

    def _give_up_one(self) -> None:
        now = self._clock()
        costliest = max(self._large, key=lambda each: each.size * (now - each.since))
        self.resize(costliest, 0)
        costliest.give_up()
