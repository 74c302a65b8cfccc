"""Handing a watcher its messages, one after the other."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from grpc_server.catalog.errors import WatcherTooSlow
from grpc_server.feed.messages import RUN_BYTES

Send: TypeAlias = Callable[[bytes], Awaitable[object]]
"""Sends a message; returns when the transport has room for the next."""


class Handover:
    """Hands over the messages of one watch to *peer*, in its task; *told_at* is when it last did.

    *is_large* tells whether the one under way is larger than messages should be.
    """

    def __init__(self, send: Send, task: "asyncio.Task[object] | None", peer: str) -> None:
        self._send = send
        self._task = task
        self._began: float | None = None
        self._is_cut = False
        self.peer = peer
        self.is_large = False
        self.told_at = time.monotonic()

    async def __call__(self, message: bytes) -> None:
        """Send *message*; returns when it is out of our hands.

        Raises:
            WatcherTooSlow: the watch was cut meanwhile.
        """
        self._began = time.monotonic()
        self.is_large = len(message) > RUN_BYTES
        try:
            await self._send(message)
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
