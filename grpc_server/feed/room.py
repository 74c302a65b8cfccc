"""Room: how much memory all watches together take for what they are told.

A message holds a few revisions, and a watch has one at a time. A revision is never
divided, though: of those that are larger than a message should be, only so many are on
their way at a time, and who takes none of it has to make room for others.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from grpc_server.feed.messages import RUN_BYTES

ROOM_BYTES = 32 * 1024 * 1024
"""How many bytes of large revisions are encoded, or on their way, at a time."""

LENIENCE = 2.0
"""Seconds that a large message may be on its way while others wait for room."""

LOOK_SECONDS = 0.25
"""How often that is looked at."""


class Room:
    """Lets large messages have *max_bytes*, one in any case; first come, first served.

    *make* is told since when a message must be on its way for its watch to be cut.
    """

    def __init__(self, make: Callable[[float], None], max_bytes: int = ROOM_BYTES) -> None:
        self._make = make
        self._max_bytes = max_bytes
        self._taken = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._look: asyncio.TimerHandle | None = None

    @property
    def taken(self) -> int:
        """How many bytes are taken."""
        return self._taken

    async def take(self, size: int) -> int:
        """Wait until there is room for *size* bytes; returns what is to be given back."""
        if size <= RUN_BYTES:
            return 0
        if self._waiting or not self._has(size):
            await self._turn(size)
        else:
            self._taken += size
        return size

    def give(self, size: int) -> None:
        """Give room back."""
        if size:
            self._taken -= size
            self._let_in()

    def _has(self, size: int) -> bool:
        return not self._taken or self._taken + size <= self._max_bytes

    async def _turn(self, size: int) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        self._look_later()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give(size)
            self._let_in()
            raise

    def _let_in(self) -> None:
        while self._waiting:
            size, turn = self._waiting[0]
            if not turn.done():
                if not self._has(size):
                    return
                self._taken += size
                turn.set_result(None)
            self._waiting.popleft()

    def _look_later(self) -> None:
        if self._look is None:
            loop = asyncio.get_running_loop()
            self._look = loop.call_later(LOOK_SECONDS, self._make_room)

    def _make_room(self) -> None:
        self._look = None
        if self._waiting:
            self._make(time.monotonic() - LENIENCE)
            self._look_later()
