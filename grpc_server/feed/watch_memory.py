"""Room: how much memory all watches together take for what they are told.

A watch has one message at a time, and only so many bytes of all of them are encoded, or on
their way. A watch for which there is no room waits with its cursor, not with its message;
one that takes nothing of what it was sent has to make room for others.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import NamedTuple

SMALL_BYTES = 4 * 1024
"""A message up to this size takes no room: the number of watches is bounded."""

ROOM_BYTES = 16 * 1024 * 1024
"""The most bytes of messages that are encoded or on their way at a time; gRPC copies them."""

LENIENCE = 2.0
"""Seconds that a message may be on its way while others wait for room."""

LOOK_SECONDS = 0.25
"""How often that is looked at."""


class Taken(NamedTuple):
    """So many bytes of room that *peer* has."""

    peer: str
    size: int


class Room:
    """The room of all messages: *max_bytes*, but always enough for one message.

    A peer, which is a connection, has half of it at most, and its turn when no other peer
    that waits has less. *cut* receives the time, by `time.monotonic`: a watch whose message
    has been on its way since before that is cut.
    """

    def __init__(self, cut: Callable[[float], None], max_bytes: int = ROOM_BYTES) -> None:
        self._cut = cut
        self._max_bytes = max_bytes
        self._taken = Counter[str]()
        self._waiting: dict[str, deque[tuple[int, asyncio.Future[None]]]] = {}
        self._look: asyncio.TimerHandle | None = None

    @property
    def bytes(self) -> int:
        """How many bytes are taken."""
        return self._taken.total()

    async def take(self, size: int, peer: str) -> Taken:
        """Wait until there is room for *size* bytes; what it returns is to be given back."""
        taken = self.take_now(size, peer)
        if taken is None:
            taken = Taken(peer, size)
            await self._turn(taken)
        return taken

    def take_now(self, size: int, peer: str) -> Taken | None:
        """Take room for *size* bytes; return None if there is none, or others wait for it."""
        if size > SMALL_BYTES and (self._waiting or not self._has(Taken(peer, size))):
            return None
        return self.claim(size, peer)

    def claim(self, size: int, peer: str) -> Taken:
        """Take room for *size* bytes that are on their way already, whether it is there or not."""
        taken = Taken(peer, size if size > SMALL_BYTES else 0)
        if taken.size:
            self._taken[peer] += size
        return taken

    def give(self, taken: Taken) -> None:
        """Give room back."""
        if taken.size:
            self._taken[taken.peer] -= taken.size
            if not self._taken[taken.peer]:
                del self._taken[taken.peer]
            self._let_in()

    def _has(self, wanted: Taken) -> bool:
        mine = self._taken[wanted.peer]
        if mine and mine + wanted.size > self._max_bytes // 2:
            return False
        return not self._taken.total() or self._taken.total() + wanted.size <= self._max_bytes

    async def _turn(self, wanted: Taken) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(wanted.peer, deque()).append((wanted.size, turn))
        self._let_in()
        self._look_later()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give(wanted)
            turn.cancel()
            self._let_in()
            raise

    def _let_in(self) -> None:
        """Let in whoever may come; of the peers that wait, first the one that has least."""
        for peer in sorted(self._waiting, key=self._taken.__getitem__):
            waiting = self._waiting[peer]
            while waiting and (waiting[0][1].done() or self._has(Taken(peer, waiting[0][0]))):
                size, turn = waiting.popleft()
                if not turn.done():
                    self._taken[peer] += size
                    turn.set_result(None)
            if not waiting:
                del self._waiting[peer]

    def _look_later(self) -> None:
        if self._look is None:
            loop = asyncio.get_running_loop()
            self._look = loop.call_later(LOOK_SECONDS, self._make_room)

    def _make_room(self) -> None:
        self._look = None
        if self._waiting:
            self._cut(time.monotonic() - LENIENCE)
            self._look_later()
