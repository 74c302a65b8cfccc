"""Watchers that take nothing: they are cut, so that others have the room that they take.

The transport holds the message that was under way until the client has taken it, or has
gone. If that lasts, and others wait for room, the connection of the client ends.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from grpc_server.feed.delivery import Handover, Recipient
from grpc_server.feed.watch_memory import Room
from grpc_server.items.errors import WatcherTooSlow

LOOKS = 4
"""The number of checks of a message within the time that it may be under way."""

_log = structlog.get_logger(__name__)


class Stalls:
    """Cuts each watch of which a message has been under way for *patience* seconds.

    One timer serves all: one for each message would cost as much as sending it. Those
    that others wait for are cut earlier, by the *room* that they take; *end* ends the
    connection of a peer that goes on to take it.
    """

    def __init__(self, patience: float, end: Callable[[str], bool]) -> None:
        self._patience = patience
        self._end = end
        self._handovers: set[Handover] = set()
        self._cut: dict[Handover, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.room = Room(self._make_room)

    @property
    def watched(self) -> int:
        """The number of watches, including those that were cut and still hold a message."""
        return len(self._handovers) + len(self._cut)

    @contextmanager
    def handing_over(self, recipient: Recipient) -> Iterator[Handover]:
        """Return the handover of the current task's watch, and supervise it within the block."""
        handover = Handover(recipient, asyncio.current_task(), self.room)
        self._handovers.add(handover)
        self._look_later()
        try:
            yield handover
        except WatcherTooSlow:
            self._cut[handover] = time.monotonic()
            recipient.at_end(lambda: self._forget(handover))
            raise
        finally:
            self._handovers.discard(handover)

    def _forget(self, handover: Handover) -> None:
        self._cut.pop(handover, None)

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

    def _make_room(self, since: float) -> None:
        """Cut who has taken nothing *since* then; end the connections of who was cut before."""
        for handover in self._handovers:
            if handover.has_room:
                handover.cut_if_stalled(since)
        for peer in {cut.peer for cut, at in self._cut.items() if at <= since}:
            if self._end(peer):
                _log.warning("a client takes nothing it watches: its connection ends", peer=peer)
