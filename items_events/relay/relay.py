"""The relay of one sink: watch, publish, and only then move the cursor.

It publishes at least once and in order: after a failure it begins again behind what the
broker has confirmed. It holds no lock and no transaction of the store, so that a broker
that is down delays no write.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Final, NoReturn

import structlog

from items.v1 import items_pb2 as pb
from items_client import ItemsClient, ItemsError, RetryPolicy
from items_events.broker_clients import open_publisher
from items_events.brokers.broker_url import BrokerUrl
from items_events.brokers.unavailable import BrokerUnavailable
from items_events.cloud_events import DataFormat, EventEncoder
from items_events.observer import RelayObserver
from items_events.publishers.publisher import Publisher, Refused
from items_events.relay.backlog import Backlog
from items_events.relay.lease import Lease
from items_events.relay.registry import LeaseLost, Registry, SinkHeld, Start
from items_events.tasks import check_cancelled, race

_log = structlog.get_logger(__name__)

BACKOFF: Final = RetryPolicy(first_delay=0.2, longest_delay=2.0)


@dataclass(frozen=True, slots=True)
class Policy:
    """How sinks are relayed: where a new one begins, and what an event carries."""

    start: Start = "oldest"
    data_format: DataFormat = "json"
    backoff: RetryPolicy = BACKOFF
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(slots=True)
class Relay:
    """Publishes the changes of *items* to the sink at *url*, whatever happens to others."""

    url: BrokerUrl
    items: ItemsClient
    registry: Registry
    policy: Policy = field(default_factory=Policy)
    observer: RelayObserver = field(default_factory=RelayObserver)
    _failures: int = 0
    _last_failure: str = ""

    async def run(self) -> NoReturn:
        """Relay until it is cancelled; then the lease is given up."""
        while True:
            check_cancelled()
            try:
                await self._hold()
            except SinkHeld:
                await self._wait_for_lease()
            except (LeaseLost, ItemsError) as error:
                self._log_failure("sink not held", error)
                await self._pause()
            except Exception:  # noqa: BLE001  # a bug: of this sink, and not of the others
                _log.exception("relay failed", sink=self.url.name)
                await self._pause()

    async def _hold(self) -> None:
        """Publish while the lease lasts."""
        asked = self.policy.clock()
        sink = await self.registry.acquire(self.url.name, self.policy.start)
        _log.info("sink acquired", sink=sink.name, revision=sink.revision, epoch=sink.epoch)
        lease = Lease(self.registry, sink, asked, self.policy.clock)
        self.observer.held(is_held=True)
        try:
            await lease.during(self._publish(lease))
        finally:
            self.observer.held(is_held=False)

    async def _publish(self, lease: Lease) -> NoReturn:
        """Publish through all failures of the broker, and of the way to it."""
        while True:
            check_cancelled()
            try:
                await self._follow(lease)
            except (BrokerUnavailable, ItemsError) as error:
                lease.fail(str(error))
                self._log_failure("sink fails", error)
            await self._pause()

    async def _follow(self, lease: Lease) -> None:
        """Publish over one connection, from the cursor on, until it breaks."""
        backlog = Backlog(self.observer)
        async with (
            open_publisher(self.url) as publisher,
            self.items.watch(from_revision=lease.revision, store_id=lease.store_id) as watch,
        ):
            await anext(watch)  # says where it begins, and not that anything is published
            await race(backlog.fill(watch), self._drain(backlog, publisher, lease))

    async def _drain(self, backlog: Backlog, publisher: Publisher, lease: Lease) -> None:
        encoder = EventEncoder(lease.store_id, self.policy.data_format)
        while True:
            check_cancelled()
            await self._deliver(await backlog.take(), encoder, publisher, lease)
            if self._last_failure:
                _log.info("sink works again", sink=self.url.name)
            self._failures, self._last_failure = 0, ""

    async def _deliver(
        self,
        commits: Sequence[pb.ItemChanges],
        encoder: EventEncoder,
        publisher: Publisher,
        lease: Lease,
    ) -> None:
        """Publish whole revisions, park what is refused, and confirm the rest."""
        lease.check()
        events = [event for commit in commits for event in encoder.events(commit)]
        if events:
            began = self.policy.clock()
            refusals = await publisher.publish(events)
            since = next(commit.commit_time for commit in commits if commit.changes)
            self.observer.published(
                len(events) - len(refusals), self.policy.clock() - began, since.ToDatetime(UTC)
            )
            await self._park(refusals, lease)
        lease.confirm(commits[-1].revision)
        self.observer.confirmed(commits[-1].revision)

    async def _park(self, refusals: Sequence[Refused], lease: Lease) -> None:
        for refused in refusals:
            _log.error("event parked", sink=self.url.name, id=refused.event.id, why=refused.why)
            await lease.park(refused)
            self.observer.parked()

    async def _wait_for_lease(self) -> None:
        """Another relay holds the sink: ask again a few times while its lease lasts."""
        jitter = 1 + self.policy.backoff.randomness()
        await self.policy.sleep(self.registry.duration.total_seconds() / 8 * jitter)

    def _log_failure(self, what: str, error: Exception) -> None:
        """Log a failure; not again while it stays the same."""
        if str(error) != self._last_failure:
            self._last_failure = str(error)
            _log.error(what, sink=self.url.name, why=self._last_failure)

    async def _pause(self) -> None:
        self._failures += 1
        self.observer.failed()
        await self.policy.sleep(self.policy.backoff.pause(self._failures))
