"""The lease of a sink: renewed during the work, advanced, and released at the end."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

from items.v1 import sinks_pb2 as pb
from items_client import ItemsError
from items_events.publishers.publisher import Refused
from items_events.relay.registry import LeaseLost, Registry
from items_events.tasks import check_cancelled, race

REPORT_PAUSE: Final = 0.2
"""Seconds between two reports of the cursor: each is a write to the store."""

RENEWALS: Final = 3
"""Renewals within the duration of a lease."""

RELEASE_TIMEOUT: Final = 0.5
"""Timeout of each of the last two calls, in seconds."""


class Lease:
    """A lease of *sink* that was requested at *asked*, by *clock*.

    It expires here before it expires at the service, so that this relay has stopped
    publishing when another one acquires the sink.
    """

    def __init__(
        self,
        registry: Registry,
        sink: pb.Sink,
        asked: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registry = registry
        self._sink = sink
        self._clock = clock
        self._seconds = registry.duration.total_seconds()
        self._ends = asked + self._seconds
        self._revision = sink.revision
        self._last_error = ""
        self._has_changed = asyncio.Event()

    @property
    def revision(self) -> int:
        """The cursor: the broker has confirmed every event up to this revision."""
        return self._revision

    @property
    def store_id(self) -> str:
        """The identifier of the store that the revision belongs to."""
        return self._sink.store_id

    async def during(self, work: Coroutine[Any, Any, None]) -> None:
        """Run *work* while renewing the lease, then release it.

        Raises:
            LeaseLost: another relay has the lease, or it was not renewed in time.
        """
        try:
            await race(work, self._renew())
        finally:
            await self._release()

    def check(self) -> None:
        """Raise LeaseLost if the lease has expired."""
        if self._clock() >= self._ends:
            raise LeaseLost("the lease was not renewed in time")

    def confirm(self, revision: int) -> None:
        """Record that the broker has confirmed every event up to *revision*."""
        if revision > self._revision or self._last_error:
            self._revision = max(revision, self._revision)
            self._last_error = ""
            self._has_changed.set()

    def fail(self, why: str) -> None:
        """Record that publishing fails, for the sink to show until an event is confirmed."""
        if why != self._last_error:
            self._last_error = why
            self._has_changed.set()

    async def park(self, refused: Refused) -> None:
        """Store a rejected event with the sink, so that the relay can go on. Raises LeaseLost."""
        event = refused.event
        await self._registry.park(self._sink, event.revision, event.ordinal, refused.why)

    async def _renew(self) -> None:
        """Report each change of the cursor, and renew the lease in time."""
        while True:
            check_cancelled()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds / RENEWALS):
                    await self._has_changed.wait()
            self._has_changed.clear()
            await self._report()
            await asyncio.sleep(REPORT_PAUSE)

    async def _report(self) -> None:
        """Report the cursor to the service. A failed report is repeated while the lease lasts."""
        self.check()
        asked = self._clock()
        try:
            await self._registry.advance(
                self._sink, self._revision, self._last_error, self._ends - asked
            )
        except ItemsError:
            self._has_changed.set()
        else:
            self._ends = asked + self._seconds

    async def _release(self) -> None:
        """Report the final cursor and release the lease, if the service answers."""
        with suppress(ItemsError, LeaseLost):
            await self._registry.advance(
                self._sink, self._revision, self._last_error, RELEASE_TIMEOUT
            )
            await self._registry.release(self._sink, RELEASE_TIMEOUT)
