"""Following the changes: a watch outlives the connections that it comes over."""

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self, TypeAlias

import grpc
from grpc import aio

from items.v1 import items_pb2 as pb
from items_client import statuses
from items_client.calls import Caller, CallOptions
from items_client.errors import (
    DeadlineExceeded,
    ItemsError,
    Overloaded,
    RevisionCompacted,
    ServiceFailed,
    Unavailable,
    WatcherTooSlow,
)
from items_client.observing import WatchObserver

Method: TypeAlias = aio.UnaryStreamMultiCallable[pb.WatchItemsRequest, pb.WatchItemsResponse]
Call: TypeAlias = aio.UnaryStreamCall[pb.WatchItemsRequest, pb.WatchItemsResponse]

LONGEST_PAUSE = 0.5
"""Seconds, at most, before a watch is tried again: it is back within a second of the service."""


@dataclass(frozen=True, slots=True)
class SnapshotPart:
    """Some of the items that match, as they were at *revision*; the parts come by id.

    *is_first*: a snapshot begins. Forget all items that were told before: they are of a
    snapshot that was interrupted, or older than what the service still keeps.
    *is_last*: the items told since the first part are all that match.
    """

    revision: int
    items: tuple[pb.Item, ...]
    is_first: bool
    is_last: bool


Event: TypeAlias = SnapshotPart | pb.ItemChanges | pb.Bookmark
"""A part of the snapshot, everything that one revision changed, or how far it has come."""


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """How a watch is kept up.

    *patience* is how many seconds of failures in a row, without a message, it takes.
    """

    call: CallOptions
    patience: float = math.inf
    observer: WatchObserver = field(default_factory=WatchObserver)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Watch(AsyncIterator[Event]):
    """The changes of the items, in order, each once, without a gap.

    Each walk goes on where the one before was left, and so does a step that was
    cancelled, by a timeout for example. When the connection is lost, the service
    restarts, or the watch is cut for being slow, it is resumed from `revision`.

    A walk has no end, unless the watch or its client is closed in the meantime.
    `async with watch` ends the call at the end of the block, as `aclose` does.
    """

    def __init__(
        self, method: Method, request: pb.WatchItemsRequest, options: WatchOptions
    ) -> None:
        self._method = method
        self._asked = request
        self._options = options
        self._revision = request.from_revision if request.HasField("from_revision") else None
        self._store_id = request.store_id
        self._call: Call | None = None
        self._request_id = ""
        self._events: deque[Event] = deque()
        self._is_within_snapshot = False
        self._failures = 0
        self._failing_since = 0.0

    @property
    def revision(self) -> int | None:
        """Everything up to it has been told: keep it, to watch from it later.

        None until the first bookmark, or until the snapshot is complete.
        """
        return self._revision

    @property
    def store_id(self) -> str:
        """The store whose revision it is: keep it too. Empty before the first event."""
        return self._store_id

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        """The next event; there is always one more, if you wait.

        Raises:
            InvalidFilter: the filter cannot be read.
            RevisionCompacted: what came after the revision is no longer kept. A watch
                with a snapshot begins a new one instead.
            RevisionInFuture: the revision has not been written.
            StoreMismatch: the service has another store than the one of the revision.
            Unavailable: nobody has answered, as long as patience goes.
            ItemsError: what else the service refuses for good.
        """
        while not self._events:
            await self._receive()
        event = self._events.popleft()
        if not isinstance(event, SnapshotPart) or event.is_last:
            self._revision = event.revision
        return event

    async def aclose(self) -> None:
        """End the call; a later step begins a new one."""
        self._drop_call()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _receive(self) -> None:
        """Take in one message; or see the call fail, and wait until another may begin."""
        call = self._call = self._call or self._begin()
        try:
            message = await call.read()
        except aio.AioRpcError as error:
            await self._recover(statuses.from_call(error, self._request_id))
        except asyncio.CancelledError:
            await self._check_cancelled_by_peer(call)
        else:
            if isinstance(message, pb.WatchItemsResponse):
                self._take(message)
            else:
                await self._recover(_lost(grpc.StatusCode.OK, "the stream has ended"))

    def _begin(self) -> Call:
        request = self._request()
        metadata = Caller(self._options.call).metadata()
        self._request_id = dict(metadata)[statuses.REQUEST_ID_KEY]
        self._is_within_snapshot = False
        try:
            call = self._method(request, metadata=metadata)
        except aio.UsageError as error:  # so it says that the client is closed
            raise StopAsyncIteration from error
        self._options.observer.asked(request)
        return call

    def _request(self) -> pb.WatchItemsRequest:
        """What was asked for, from where the watch has come to."""
        request = pb.WatchItemsRequest()
        request.CopyFrom(self._asked)
        request.store_id = self._store_id
        if self._revision is not None:
            request.from_revision = self._revision
            request.include_snapshot = False
        return request

    def _take(self, message: pb.WatchItemsResponse) -> None:
        self._failures = 0
        self._options.observer.received(message)
        self._events.extend(self._events_of(message))

    def _events_of(self, message: pb.WatchItemsResponse) -> Iterator[Event]:
        match message.WhichOneof("event"):
            case "snapshot":
                yield self._part(message.snapshot)
            case "commits":
                yield from message.commits.commits
            case "bookmark":
                self._store_id = message.bookmark.store_id
                yield message.bookmark

    def _part(self, snapshot: pb.ItemSnapshot) -> SnapshotPart:
        self._store_id = snapshot.store_id
        is_first = not self._is_within_snapshot
        self._is_within_snapshot = not snapshot.complete
        return SnapshotPart(snapshot.revision, tuple(snapshot.items), is_first, snapshot.complete)

    async def _recover(self, error: ItemsError) -> None:
        """Wait until the watch may be resumed. Raises *error* if that would not help."""
        self._drop_call()
        if isinstance(error, RevisionCompacted) and self._asked.include_snapshot:
            self._revision = None
        elif not _may_be_resumed(error):
            raise error
        delay = self._delay(error)
        self._options.observer.interrupted(error, delay)
        await self._options.sleep(delay)

    def _delay(self, error: ItemsError) -> float:
        """Seconds to wait after a failure. Raises *error* if patience does not go so far."""
        options, now = self._options, self._options.clock()
        if not self._failures:
            self._failing_since = now
        self._failures += 1
        retry = options.call.retry
        retry = replace(retry, longest_delay=min(retry.longest_delay, LONGEST_PAUSE))
        delay = max(retry.pause(self._failures), error.retry_delay or 0.0)
        if now + delay > self._failing_since + options.patience:
            raise error
        return delay

    async def _check_cancelled_by_peer(self, call: Call) -> None:
        """Recover if it was the peer that cancelled: grpc.aio tells all ways in the same way."""
        is_closed = self._call is not call
        self._drop_call()
        task: asyncio.Task[Any] | None = asyncio.current_task()
        if (task is not None and task.cancelling()) or not call.done():
            raise asyncio.CancelledError
        if is_closed:
            raise StopAsyncIteration
        await self._recover(_lost(grpc.StatusCode.CANCELLED, await call.details() or ""))

    def _drop_call(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call.cancel()


def _may_be_resumed(error: ItemsError) -> bool:
    """Whether *error* says only that this call has ended.

    A fault of the service has a reason; one without comes from the way to it.
    """
    if isinstance(error, ServiceFailed):
        return not error.reason and error.code != grpc.StatusCode.UNIMPLEMENTED
    if isinstance(error, Overloaded):  # without a reason, a message is larger than we take
        return bool(error.reason)
    return isinstance(error, Unavailable | WatcherTooSlow | DeadlineExceeded)


def _lost(code: grpc.StatusCode, message: str) -> ItemsError:
    return Unavailable(code, message)
