"""The ingest: each message is applied once, in order, or becomes a dead letter.

A message is acknowledged only after its commit. If it is delivered again, it has the same
request ID, and the service returns the first answer.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, NoReturn

import structlog

from items.v1 import items_pb2 as pb
from items_client import ItemsClient, ItemsError, RetryPolicy
from items_client.errors import (
    AccessDenied,
    DeadlineExceeded,
    OutcomeUnknown,
    Overloaded,
    ServiceFailed,
    Unavailable,
)
from items_events.broker_clients import open_source
from items_events.brokers.broker_url import BrokerUrl
from items_events.brokers.unavailable import BrokerUnavailable
from items_events.ingest.problems import NotApplicable, partly_refused, refused
from items_events.ingest.requests import read_request
from items_events.ingest.source import Delivery, Source
from items_events.observer import IngestObserver
from items_events.tasks import check_cancelled

_log = structlog.get_logger(__name__)

BACKOFF: Final = RetryPolicy(first_delay=0.2, longest_delay=2.0)

_SERVICE_ERRORS: Final = (Unavailable, DeadlineExceeded, OutcomeUnknown, AccessDenied)
"""Errors that are due to the state of the service, never to the message."""

MAX_ATTEMPTS: Final = 5
"""Attempts to apply a message on which the service fails."""


@dataclass(frozen=True, slots=True)
class Ingest:
    """An ingest of the messages at *url* into *items*."""

    url: BrokerUrl
    items: ItemsClient
    backoff: RetryPolicy = BACKOFF
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    observer: IngestObserver = field(default_factory=IngestObserver)
    clock: Callable[[], float] = time.monotonic

    async def run(self) -> NoReturn:
        """Apply messages until cancelled, and start again after each failure of the broker."""
        failures, last_failure = 0, ""
        while True:
            check_cancelled()
            try:
                async with open_source(self.url) as source:
                    _log.info("ingesting", source=self.url.name)
                    while True:
                        check_cancelled()
                        await self._handle(source, await source.next())
                        failures, last_failure = 0, ""
            except BrokerUnavailable as error:
                if str(error) != last_failure:
                    last_failure = str(error)
                    _log.error("reading failed", source=self.url.name, why=last_failure)
            failures += 1
            self.observer.source_failed()
            await self.sleep(self.backoff.pause(failures))

    async def _handle(self, source: Source, delivery: Delivery) -> None:
        """Apply *delivery* and acknowledge it, or move it to the dead letters."""
        began = self.clock()
        try:
            await self._apply(read_request(delivery))
        except NotApplicable as error:
            _log.warning("message moved to dead letters", message=delivery.id[:255], why=str(error))
            await source.move_to_dead_letters(
                delivery, {**error.problem, "messageId": delivery.id[:255]}
            )
            self.observer.dead_lettered()
        else:
            await source.acknowledge(delivery)
            self.observer.applied(self.clock() - began)

    async def _apply(self, request: pb.BatchWriteItemsRequest) -> None:
        """Commit *request*, however long the service is unavailable.

        Raises:
            NotApplicable: the request, or some of its writes, are rejected permanently.
        """
        attempt = 1
        while True:
            check_cancelled()
            try:
                answer = await self.items.call(self.items.stub.BatchWriteItems, request)
            except ItemsError as error:
                if _is_message_fault(error, attempt):
                    raise refused(error) from error
                if attempt == 1:
                    _log.error("message not applied, retrying", why=str(error))
                self.observer.service_failed()
            else:
                break
            await self.sleep(self.backoff.pause(attempt))
            attempt += 1
        if any(result.HasField("error") for result in answer.results):
            raise partly_refused(answer)


def _is_message_fault(error: ItemsError, attempt: int) -> bool:
    """Return true if *error* is due to the message, not to the state of the service.

    gRPC itself rejects a message that is too large, without a reason. A failure of the
    service may be due to either: after MAX_ATTEMPTS the message is blamed, so that others
    are not blocked for ever. After a commit of unknown outcome the message is sent again;
    its request ID makes that idempotent.
    """
    if isinstance(error, Overloaded):
        return not error.reason
    if isinstance(error, ServiceFailed):
        return attempt >= MAX_ATTEMPTS
    return not isinstance(error, _SERVICE_ERRORS)
