"""Watchers that take nothing: they are cut, and what the server holds for them is let go.

That is a message, which may be large, and what the transport holds of it.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from grpc_server.feed.handover import Handover, Send
from grpc_server.feed.room import Room

LOOKS = 4
"""How often a message that is under way is looked at, before it has been for too long."""


class Stalls:
    """Cuts each watch of which a message has been under way for *patience* seconds.

    One timer serves all: one for each message would cost as much as sending it. Those
    that others wait for are cut earlier, by the *room* that they take.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._handovers: set[Handover] = set()
        self._timer: asyncio.TimerHandle | None = None
        self.room = Room(self._cut_large)

    @property
    def watched(self) -> int:
        """How many watches there are."""
        return len(self._handovers)

    @contextmanager
    def handing_over(self, send: Send, peer: str = "") -> Iterator[Handover]:
        """Give the handover of the watch whose task this is, which is looked after."""
        handover = Handover(send, asyncio.current_task(), peer)
        self._handovers.add(handover)
        self._look_later()
        try:
            yield handover
        finally:
            self._handovers.discard(handover)

    def _look_later(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._patience / LOOKS, self._look)

    def _look(self) -> None:
        self._timer = None
        since = time.monotonic() - self._patience
        for handover in self._handovers:
            handover.cut_if_stalled(since)
        if self._handovers:
            self._look_later()

    def _cut_large(self, since: float) -> None:
        for handover in self._handovers:
            if handover.is_large:
                handover.cut_if_stalled(since)
