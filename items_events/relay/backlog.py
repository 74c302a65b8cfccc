"""The backlog: revisions that are waiting to be published."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

from items.v1 import items_pb2 as pb
from items_events.observer import RelayObserver

MAX_BYTES: Final = 16 * 1024 * 1024
"""Bytes of waiting revisions above which the relay stops reading its watch."""

MAX_BATCH: Final = 500
"""Changes that are published together; a single revision may have more."""


class Backlog:
    """A queue of whole revisions. While one batch is published, the next one gathers.

    *observer* is told how many are waiting, including the batch that was taken last.
    """

    def __init__(self, observer: RelayObserver | None = None, max_bytes: int = MAX_BYTES) -> None:
        self._observer = observer or RelayObserver()
        self._most_bytes = max_bytes
        self._bytes = 0
        self._taken = 0
        self._commits: deque[pb.ItemChanges] = deque()
        self._changed = asyncio.Condition()

    async def fill(self, events: AsyncIterator[object]) -> None:
        """Add the events of a watch. A bookmark counts as a revision without changes."""
        async for event in events:
            match event:
                case pb.ItemChanges():
                    await self._put(event)
                case pb.Bookmark():
                    await self._put(pb.ItemChanges(revision=event.revision))

    async def take(self) -> list[pb.ItemChanges]:
        """Wait for a revision, and return it with those that follow, at most a batch."""
        async with self._changed:
            self._taken = 0
            self._report()
            await self._changed.wait_for(lambda: self._commits)
            taken = [self._pop()]
            changes = len(taken[0].changes)
            while self._commits and changes + len(self._commits[0].changes) <= MAX_BATCH:
                taken.append(self._pop())
                changes += len(taken[-1].changes)
            self._taken = len(taken)
            self._changed.notify_all()
            return taken

    async def _put(self, commit: pb.ItemChanges) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._bytes < self._most_bytes)
            self._commits.append(commit)
            self._bytes += commit.ByteSize()
            self._report()
            self._changed.notify_all()

    def _pop(self) -> pb.ItemChanges:
        commit = self._commits.popleft()
        self._bytes -= commit.ByteSize()
        return commit

    def _report(self) -> None:
        self._observer.waiting(self._taken + len(self._commits))
