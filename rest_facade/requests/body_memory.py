"""A limit on the memory that large bodies take while they are read and answered.

A body of 4 MiB becomes up to 50 MiB of values and messages. So large bodies have a room
of a fixed size, in which each waits for its place; small ones pass by. A place is kept
until the call has its answer.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from grpc import StatusCode

from items_protojson.parsing.document import MAX_ELEMENTS
from items_protojson.parsing.elements import most_elements
from rest_facade.problems.problems import Problem

ROOM = 64 << 20
"""Bytes for all large bodies: one of the most expensive kind, or two of 4 MiB of text."""

QUEUE = 32 << 20
"""Bytes of bodies that wait for their place; more are refused."""

SMALL = 16 << 10
"""The bytes of a body that passes by, if its elements are few, too."""

FEW = 1000

PER_BYTE = 6
"""The copies of a byte: in the body, as text, as a value, in a message, encoded, in gRPC."""

PER_ELEMENT = 400
"""What an element takes at most, in bytes: as a value, in a model, in a message."""


def is_small(raw: bytes) -> bool:
    """Return whether *raw* costs too little to be weighed."""
    return len(raw) <= SMALL and most_elements(raw) <= FEW


def weight(raw: bytes) -> int:
    """Return the bytes that *raw* takes at most until it is answered."""
    elements = min(most_elements(raw), MAX_ELEMENTS)
    return min(len(raw) * PER_BYTE + elements * PER_ELEMENT, ROOM)


class Bulk:
    """The memory for the large bodies of one process."""

    def __init__(self) -> None:
        self._left = ROOM
        self._queued = 0
        self._queue: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def enter(self, raw: bytes) -> Callable[[], None]:
        """Wait for a place for *raw*, first come, first served; return what gives it up.

        Raises:
            Problem: too many bytes wait already.
        """
        taken = weight(raw)
        if self._queue or taken > self._left:
            await self._wait(taken, len(raw))
        else:
            self._left -= taken
        return lambda: self._leave(taken)

    async def _wait(self, taken: int, size: int) -> None:
        if self._queued + size > QUEUE:
            raise _overloaded()
        admitted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        place = taken, admitted
        self._queue.append(place)
        self._queued += size
        try:
            await admitted
        except asyncio.CancelledError:
            self._give_up(place)
            raise
        finally:
            self._queued -= size

    def _give_up(self, place: tuple[int, "asyncio.Future[None]"]) -> None:
        """Leave the queue, or the room if the place was given in the same moment."""
        taken, admitted = place
        if admitted.done() and not admitted.cancelled():
            self._leave(taken)
        with suppress(ValueError):
            self._queue.remove(place)
        self._admit()

    def _leave(self, taken: int) -> None:
        self._left += taken
        self._admit()

    def _admit(self) -> None:
        while self._queue and self._queue[0][0] <= self._left:
            taken, admitted = self._queue.popleft()
            if not admitted.done():
                self._left -= taken
                admitted.set_result(None)


def _overloaded() -> Problem:
    return Problem(
        StatusCode.RESOURCE_EXHAUSTED,
        "OVERLOADED",
        "too many large bodies wait already; try again",
        retry_after=1.0,
    )
