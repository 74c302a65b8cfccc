"""The relay of one sink: watch, publish, and only then advance the cursor.

Events are published at least once and in order: after a failure the relay resumes after
the last revision that the broker has confirmed. It holds no lock or transaction of the
store, so that a broker that is down never delays a write.
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
    """The policy of a relay: the start of a new sink, the data format, and the backoff."""

    start: Start = "oldest"
    data_format: DataFormat = "json"
    backoff: RetryPolicy = BACKOFF
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(slots=True)
class Relay:
    """A relay of the changes of *items* to the broker at *url*, independent of other relays."""

    url: BrokerUrl
    items: ItemsClient
    registry: Registry
    policy: Policy = field(default_factory=Policy)
    observer: RelayObserver = field(default_factory=RelayObserver)
    _failures: int = 0
    _last_failure: str = ""

    async def run(self) -> NoReturn:
        """Publish until cancelled, then release the lease."""
        while True:
            check_cancelled()
            try:
                await self._hold()
            except SinkHeld:
                await self._wait_for_lease()
            except (LeaseLost, ItemsError) as error:
                self._log_failure("sink not acquired", error)
                await self._pause()
            except Exception:  # noqa: BLE001  # a bug must not stop the relays of other sinks
                _log.exception("relay failed", sink=self.url.name)
                await self._pause()

    async def _hold(self) -> None:
        """Acquire the lease, and publish while it lasts."""
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
        """Publish, and start again after each failure of the broker or the service."""
        while True:
            check_cancelled()
            try:
                await self._follow(lease)
            except (BrokerUnavailable, ItemsError) as error:
                lease.fail(str(error))
                self._log_failure("publishing failed", error)
            await self._pause()

    async def _follow(self, lease: Lease) -> None:
        """Publish over one connection, starting at the cursor, until it fails."""
        backlog = Backlog(self.observer)
        async with (
            open_publisher(self.url) as publisher,
            self.items.watch(from_revision=lease.revision, store_id=lease.store_id) as watch,
        ):
            await anext(watch)  # the first event names the start; nothing is published yet
            await race(backlog.fill(watch), self._drain(backlog, publisher, lease))

    async def _drain(self, backlog: Backlog, publisher: Publisher, lease: Lease) -> None:
        encoder = EventEncoder(lease.store_id, self.policy.data_format)
        while True:
            check_cancelled()
            await self._deliver(await backlog.take(), encoder, publisher, lease)
            if self._last_failure:
                _log.info("publishing resumed", sink=self.url.name)
            self._failures, self._last_failure = 0, ""

    async def _deliver(
        self,
        commits: Sequence[pb.ItemChanges],
        encoder: EventEncoder,
        publisher: Publisher,
        lease: Lease,
    ) -> None:
        """Publish whole revisions, park the rejected events, and advance the cursor."""
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
        """Wait before the next attempt to acquire a sink that another relay holds."""
        jitter = 1 + self.policy.backoff.randomness()
        await self.policy.sleep(self.registry.duration.total_seconds() / 8 * jitter)

    def _log_failure(self, event: str, error: Exception) -> None:
        """Log a failure, unless it is the same as the last one."""
        if str(error) != self._last_failure:
            self._last_failure = str(error)
            _log.error(event, sink=self.url.name, why=self._last_failure)

    async def _pause(self) -> None:
        self._failures += 1
        self.observer.failed()
        await self.policy.sleep(self.policy.backoff.pause(self._failures))
