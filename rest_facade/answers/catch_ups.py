"""A limit on watches that are behind: only a few of them are read from at a time.

A read that is under way takes a whole message, however large it is, as soon as the server
has it. So a watch that is known to have more to tell waits for its turn, without an RPC if
that lasts. One that has come to the newest revision waits for the next one at any time.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from rest_facade.upstream.resumable_watch import ResumableWatch

MOST = 16
"""The most watches that are behind and read from at a time."""

REST_AFTER = 0.1
"""Seconds that a watch waits for its turn until it rests."""

CAUGHT_UP = 0.05
"""Seconds without a message after which a watch has probably caught up."""


class CatchUps:
    """The turns of the watches of a facade that are behind."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(MOST)

    async def next(self, watch: ResumableWatch, patience: float) -> bytes | None:
        """Return the next message of *watch*; None if there was none for *patience* seconds.

        Raises:
            Problem: the watch has ended, and why.
        """
        if watch.is_behind:
            with resting_after(REST_AFTER, watch):
                await self._free.acquire()
            try:
                message = await watch.next(min(CAUGHT_UP, patience))
            finally:
                self._free.release()
            if message is not None:
                return message
            watch.is_behind = False
        return await watch.next(patience)


@contextmanager
def resting_after(seconds: float, watch: ResumableWatch) -> Iterator[None]:
    """Let *watch* rest if the block takes longer."""
    resting = asyncio.get_running_loop().call_later(seconds, watch.rest)
    try:
        yield
    finally:
        resting.cancel()
