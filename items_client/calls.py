"""One call: its deadline, its metadata, its request id, and its retries."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import uuid4

from google.protobuf.message import Message
from grpc import aio

from items_client import statuses
from items_client.retries import RetryPolicy

ACTOR_KEY = "items-actor"
REQUEST_ID_FIELD = "request_id"

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)


@dataclass(frozen=True, slots=True)
class CallOptions:
    """How calls are made.

    *timeout* is in seconds and holds for a call with all its retries. *actor* is who
    the history names for a write. *metadata* is sent as it is, with keys in lower
    case.
    """

    timeout: float = 10.0
    actor: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    def __post_init__(self) -> None:
        if not self.timeout > 0:
            raise ValueError(f"timeout: {self.timeout} is not a number of seconds above 0")
        if not self.actor.isascii() or not self.actor.isprintable():
            raise ValueError(f"actor: {self.actor!r} is not printable ASCII, as gRPC metadata is")


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes calls with *options*; the clock, the sleep and the ids are arguments."""

    options: CallOptions
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    new_id: Callable[[], str] = lambda: str(uuid4())

    async def call(
        self, method: aio.UnaryUnaryMultiCallable[RequestT, ResponseT], request: RequestT
    ) -> ResponseT:
        """The answer of *method* to *request*, sent again as the retry policy says.

        A write without a request id is given one, so that sending it again is safe.
        Raises the ItemsError of the last attempt.
        """
        request = self._identified(request)
        metadata = self.metadata()
        end = self.clock() + self.options.timeout
        attempt = 1
        while True:
            try:
                return await method(request, timeout=end - self.clock(), metadata=metadata)
            except aio.AioRpcError as error:
                failure = statuses.from_call(error, dict(metadata)[statuses.REQUEST_ID_KEY])
                delay = self.options.retry.delay(failure, attempt)
                if delay is None or self.clock() + delay >= end:
                    raise failure from error
            await self.sleep(delay)
            attempt += 1

    def _identified(self, request: RequestT) -> RequestT:
        """*request*, or a copy of it with a new request id if it takes one and has none."""
        takes_one = REQUEST_ID_FIELD in request.DESCRIPTOR.fields_by_name
        if not takes_one or getattr(request, REQUEST_ID_FIELD):
            return request
        identified = type(request)()
        identified.CopyFrom(request)
        setattr(identified, REQUEST_ID_FIELD, self.new_id())
        return identified

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What every attempt is sent with; an own ``x-request-id`` is kept."""
        sent = self.options.metadata
        if self.options.actor:
            sent = (*sent, (ACTOR_KEY, self.options.actor))
        if statuses.REQUEST_ID_KEY not in dict(sent):
            sent = (*sent, (statuses.REQUEST_ID_KEY, self.new_id()))
        return sent
