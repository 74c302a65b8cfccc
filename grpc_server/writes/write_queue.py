"""The writes that wait for a commit: small ones and large ones, each with bounds of their own.

What has to be written of a few large ones takes longer than all others may wait for, and
would leave them no room.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grpc_server.database.store import RequestKey
from grpc_server.writes.staging import Staging
from grpc_server.writes.units import WriteUnit

MAX_WAITING = 10_000
"""How many writes of a class may wait; more are refused rather than kept for too long."""

MAX_WAITING_BYTES = 8 * 1024 * 1024
"""How large the requests of these may be together; in memory, a message is several times
as large as it was sent."""

MAX_BATCH = 512
"""How many writes share a commit, unless one unit has more; so none waits long for it."""

MAX_BATCH_BYTES = 1024 * 1024
"""How large their requests may be together, unless that of one unit is larger."""

LARGE_BYTES = 64 * 1024
"""Beyond this size, a request waits for a commit with its like."""


class GoneError(Exception):
    """Nobody waits for the write any more, and it has not begun."""


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """A unit that waits for its *answer*; it is applied only if somebody still waits for it."""

    unit: WriteUnit[Any]
    writes: int
    bytes: int
    answer: asyncio.Future[Any]

    @classmethod
    def of(cls, unit: WriteUnit[Any]) -> "Waiting":
        """Wrap *unit*."""
        writes = max(1, sum(1 for _ in unit.ids()))
        return cls(unit, writes, unit.size(), asyncio.get_running_loop().create_future())

    def ids(self) -> Iterable[str]:
        """Those of the unit."""
        return self.unit.ids()

    def keys(self) -> Iterable[RequestKey]:
        """Those of the unit."""
        return self.unit.keys()

    def size(self) -> int:
        """That of the unit."""
        return self.bytes

    def apply(self, staging: Staging) -> Any:
        """Apply the unit; raises GoneError, too."""
        if self.answer.done():
            raise GoneError
        return self.unit.apply(staging)


class _Class:
    """The queue of one class, in the order of arrival."""

    def __init__(self, max_waiting: int, max_bytes: int) -> None:
        self.writes = self.bytes = 0
        self._max_waiting = max_waiting
        self._max_bytes = max_bytes
        self._queue: OrderedDict[Waiting, None] = OrderedDict()

    def has_room(self, waiting: Waiting) -> bool:
        is_full = self.writes + waiting.writes > self._max_waiting
        is_heavy = self.bytes + waiting.bytes > self._max_bytes
        return not self._queue or not (is_full or is_heavy)

    def put(self, waiting: Waiting, *, first: bool) -> None:
        self._queue[waiting] = None
        self._queue.move_to_end(waiting, last=not first)
        self.writes += waiting.writes
        self.bytes += waiting.bytes

    def drop(self, waiting: Waiting) -> None:
        if waiting in self._queue:
            del self._queue[waiting]
            self.writes -= waiting.writes
            self.bytes -= waiting.bytes

    def take(self) -> list[Waiting]:
        batch: list[Waiting] = []
        writes = size = 0
        while self._queue:
            following = next(iter(self._queue))
            writes, size = writes + following.writes, size + following.bytes
            if batch and (writes > MAX_BATCH or size > MAX_BATCH_BYTES):
                break
            self.drop(following)
            if not following.answer.done():
                batch.append(following)
        return batch


class WriteQueue:
    """Units in two classes, at most *max_waiting* writes and *max_bytes* bytes of each."""

    def __init__(self, max_waiting: int, max_bytes: int) -> None:
        self._small = _Class(max_waiting, max_bytes)
        self._large = _Class(max_waiting, max_bytes)
        self._was_large = False

    @property
    def writes(self) -> int:
        """How many writes wait."""
        return self._small.writes + self._large.writes

    @property
    def bytes(self) -> int:
        """How large their requests are."""
        return self._small.bytes + self._large.bytes

    def has_room(self, waiting: Waiting) -> bool:
        """Whether *waiting* may wait, too."""
        return self._class_of(waiting).has_room(waiting)

    def put(self, waiting: Waiting, *, first: bool = False) -> None:
        """Let *waiting* wait, behind those of its class or before them."""
        self._class_of(waiting).put(waiting, first=first)

    def drop(self, waiting: Waiting) -> None:
        """Take *waiting* out, if it is still there."""
        self._class_of(waiting).drop(waiting)

    def take(self) -> list[Waiting]:
        """Take the units of the next commit out: small ones and large ones in turn."""
        while self.writes:
            self._was_large = bool(self._large.writes) and not (
                self._was_large and self._small.writes
            )
            if batch := (self._large if self._was_large else self._small).take():
                return batch
        return []

    def _class_of(self, waiting: Waiting) -> _Class:
        return self._large if waiting.bytes > LARGE_BYTES else self._small
