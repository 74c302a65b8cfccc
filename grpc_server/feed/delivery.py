"""Handing a watcher its messages, one after the other."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from grpc_server.feed.watch_memory import Room, Taken
from grpc_server.items.errors import WatcherTooSlow

Send: TypeAlias = Callable[[bytes], Awaitable[object]]
"""Sends a message; returns when the transport has room for the next."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """The client of a watch: *send* sends it a message, *peer* is its connection.

    *at_end* registers what is called when the transport has let go of all messages. That
    may be long after the watch was cut: what has been sent cannot be taken back.
    """

    send: Send
    peer: str
    at_end: Callable[[Callable[[], None]], None]


class Handover:
    """Hands over the messages of one watch, in its task; *told_at* is when it last did.

    Each takes its part of *room* until the transport has let go of it.
    """

    def __init__(
        self, recipient: Recipient, task: "asyncio.Task[object] | None", room: Room
    ) -> None:
        self._recipient = recipient
        self._task = task
        self._room = room
        self._began: float | None = None
        self._is_cut = False
        self.peer = recipient.peer
        self.told_at = time.monotonic()
        self.has_room = False

    async def __call__(self, message: bytes, room: Taken | None = None) -> None:
        """Send *message*, for which *room* was taken; return when it is out of our hands.

        Raises:
            WatcherTooSlow: the watch was cut meanwhile.
        """
        self.has_room = room is not None and room.size > 0
        try:
            await self._hand_over(message)
        except BaseException:
            taken = room or self._room.claim(len(message), self.peer)
            self._recipient.at_end(lambda: self._room.give(taken))
            raise
        if room is not None:
            self._room.give(room)

    async def _hand_over(self, message: bytes) -> None:
        self._began = time.monotonic()
        try:
            await self._recipient.send(message)
        except asyncio.CancelledError:
            if self._is_cut and self._task and not self._task.uncancel():
                raise WatcherTooSlow(
                    "nothing was read for too long; watch again from the revision seen last"
                ) from None
            raise
        self._began = None
        self.told_at = time.monotonic()

    def cut_if_stalled(self, since: float) -> None:
        """Cut the watch if a message has been under way *since* then, or for longer."""
        if self._task and self._began is not None and self._began <= since and not self._is_cut:
            self._is_cut = True
            self._task.cancel()
