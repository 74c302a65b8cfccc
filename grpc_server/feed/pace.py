"""The pace at which a snapshot is read: the database holds what it shows until it ends."""

import asyncio
import time

from grpc_server.catalog.errors import WatcherTooSlow
from grpc_server.feed.handover import Handover

PATIENCE = 5.0
"""Seconds that a reader may fall behind the rate, once or in all."""

BYTES_PER_SECOND = 1024 * 1024
"""The rate: a reader that keeps to it may take its time."""

LONGEST = 600.0
"""Seconds that a snapshot may take, at any rate."""


class Pace:
    """Hands over the parts of a snapshot, to a reader that is quick enough."""

    def __init__(self, tell: Handover, patience: float = PATIENCE) -> None:
        self._tell = tell
        self._patience = patience
        self._left = patience
        self._ends = time.monotonic() + LONGEST

    async def tell(self, part: bytes) -> None:
        """Hand *part* over.

        Raises:
            WatcherTooSlow: it, or all of them so far, took too long.
        """
        began = time.monotonic()
        try:
            async with asyncio.timeout(min(self._left, self._ends - began)):
                await self._tell(part)
        except TimeoutError:
            raise WatcherTooSlow("the snapshot was read too slowly; watch again") from None
        took = time.monotonic() - began
        self._left = min(self._patience, self._left - took + len(part) / BYTES_PER_SECOND)
