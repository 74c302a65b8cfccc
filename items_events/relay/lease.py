"""The lease of a sink: kept while there is work, told of progress, and given up."""

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
"""Seconds between two reports of progress: each is a write of the store."""

RENEWALS: Final = 3
"""How many times a lease can be renewed while it lasts."""

RELEASE_TIMEOUT: Final = 0.5
"""Seconds that each of the last two calls may take."""


class Lease:
    """A lease as *sink* has it since *asked* by *clock*, which is before it began.

    It ends by the own clock before it ends for the service: whoever waits for its end
    does not publish beside this relay.
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
        self._has_news = asyncio.Event()

    @property
    def revision(self) -> int:
        """Everything up to it has been confirmed by the broker."""
        return self._revision

    @property
    def store_id(self) -> str:
        """The store whose revisions these are."""
        return self._sink.store_id

    async def during(self, work: Coroutine[Any, Any, None]) -> None:
        """Run *work* while the lease is kept; then, or when it is lost, end it.

        Raises:
            LeaseLost: it is another's, or could not be renewed in time.
        """
        try:
            await race(work, self._keep())
        finally:
            await self._release()

    def check(self) -> None:
        """Raise LeaseLost if the time of the lease is up."""
        if self._clock() >= self._ends:
            raise LeaseLost("the lease was not renewed in time")

    def confirm(self, revision: int) -> None:
        """The broker has everything up to *revision*."""
        if revision > self._revision or self._last_error:
            self._revision = max(revision, self._revision)
            self._last_error = ""
            self._has_news.set()

    def fail(self, why: str) -> None:
        """Publishing fails at the moment; the sink says so until something is confirmed."""
        if why != self._last_error:
            self._last_error = why
            self._has_news.set()

    async def park(self, refused: Refused) -> None:
        """Keep what the broker will never take, and go on. Raises LeaseLost."""
        event = refused.event
        await self._registry.park(self._sink, event.revision, event.ordinal, refused.why)

    async def _keep(self) -> None:
        """Report what is new, or renew the lease when it is time."""
        while True:
            check_cancelled()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds / RENEWALS):
                    await self._has_news.wait()
            self._has_news.clear()
            await self._report()
            await asyncio.sleep(REPORT_PAUSE)

    async def _report(self) -> None:
        """Tell the service; if it cannot be told, later, while the lease lasts."""
        self.check()
        asked = self._clock()
        try:
            await self._registry.advance(
                self._sink, self._revision, self._last_error, self._ends - asked
            )
        except ItemsError:
            self._has_news.set()
        else:
            self._ends = asked + self._seconds

    async def _release(self) -> None:
        """Tell the last of the progress and give the lease up, if somebody listens."""
        with suppress(ItemsError, LeaseLost):
            await self._registry.advance(
                self._sink, self._revision, self._last_error, RELEASE_TIMEOUT
            )
            await self._registry.release(self._sink, RELEASE_TIMEOUT)
