"""Handing a watcher its messages, one after the other."""

import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Send: TypeAlias = Callable[[bytes], Awaitable[object]]
"""Sends a message; returns when the transport has room for the next."""


class Handover:
    """Hands over the messages of one watch; *told_at* is when it last did, in seconds."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.told_at = time.monotonic()

    async def __call__(self, message: bytes) -> None:
        """Send *message*; returns when it is out of our hands."""
        await self._send(message)
        self.told_at = time.monotonic()
