"""The ingest: each message is applied once, in order, or becomes a dead letter.

A message is acknowledged only after its commit. If it is delivered again, it has the
same request id, and the service gives the first answer again.
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
"""Errors that tell how the service is, and nothing of the message."""

MAX_ATTEMPTS: Final = 5
"""How often a message is tried that the service fails on."""


@dataclass(frozen=True, slots=True)
class Ingest:
    """Applies the messages at *url* to *items*."""

    url: BrokerUrl
    items: ItemsClient
    backoff: RetryPolicy = BACKOFF
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    observer: IngestObserver = field(default_factory=IngestObserver)
    clock: Callable[[], float] = time.monotonic

    async def run(self) -> NoReturn:
        """Ingest until it is cancelled, through all failures of the broker and the service."""
        failures, said = 0, ""
        while True:
            check_cancelled()
            try:
                async with open_source(self.url) as source:
                    _log.info("ingesting", source=self.url.name)
                    while True:
                        check_cancelled()
                        await self._handle(source, await source.next())
                        failures, said = 0, ""
            except BrokerUnavailable as error:
                if str(error) != said:
                    said = str(error)
                    _log.error("source fails", source=self.url.name, why=said)
            failures += 1
            self.observer.source_failed()
            await self.sleep(self.backoff.pause(failures))

    async def _handle(self, source: Source, delivery: Delivery) -> None:
        """Apply *delivery* and acknowledge it, or move_to_dead_letters it."""
        began = self.clock()
        try:
            await self._apply(read_request(delivery))
        except NotApplicable as error:
            _log.warning("message not applied", message=delivery.id[:255], why=str(error))
            await source.move_to_dead_letters(
                delivery, {**error.problem, "messageId": delivery.id[:255]}
            )
            self.observer.dead_lettered()
        else:
            await source.acknowledge(delivery)
            self.observer.applied(self.clock() - began)

    async def _apply(self, request: pb.BatchWriteItemsRequest) -> None:
        """Commit *request*, however long the service is away.

        Raises:
            NotApplicable: all of it, or some of its writes, are refused for good.
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
                    _log.error("a message waits for the service", why=str(error))
                self.observer.service_failed()
            else:
                break
            await self.sleep(self.backoff.pause(attempt))
            attempt += 1
        if any(result.HasField("error") for result in answer.results):
            raise partly_refused(answer)


def _is_message_fault(error: ItemsError, attempt: int) -> bool:
    """Whether *error* is due to the message, and not to the state of the service.

    gRPC itself refuses what is too large, without a reason. A fault of the service may
    be either: other messages wait for a while, not for ever. A commit of unknown outcome
    is no fault of the message: sent again with its request id, it is applied once.
    """
    if isinstance(error, Overloaded):
        return not error.reason
    if isinstance(error, ServiceFailed):
        return attempt >= MAX_ATTEMPTS
    return not isinstance(error, _SERVICE_ERRORS)
