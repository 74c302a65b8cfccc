"""The identity, trace and deadline that a REST call forwards to its RPCs."""

import asyncio
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

from google.protobuf.message import Message
from grpc import aio

from rest_facade.problems.problems import Place, Violation, invalid
from rest_facade.problems.statuses import problem_of_error
from rest_facade.upstream.disconnect import Departure

Question = TypeVar("Question", bound=Message)
Answer = TypeVar("Answer", bound=Message)

Metadata = tuple[tuple[str, str], ...]

REQUEST_ID = "x-request-id"

IDENTITY = ("authorization", "items-actor")
"""Headers that say who calls: calls that differ in them never share a batch."""

TRACE = ("traceparent", "tracestate")
"""Headers that say which call it is part of."""

_PRINTABLE = re.compile(r"[\x20-\x7e]*")
"""What metadata can carry. (gRPC over HTTP/2, ASCII-Value)"""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The caller's identity, the trace and the deadline of a call.

    The *deadline* is a time of the event loop, or infinite; the *departure* is that of the
    client, if the server notices it.
    """

    identity: Metadata
    trace: Metadata
    deadline: float
    departure: Departure | None = None

    @classmethod
    def of(
        cls,
        headers: Mapping[str, str],
        correlation_id: str,
        seconds: float,
        departure: Departure | None = None,
    ) -> "Forwarded":
        """Return what the call with *headers* forwards; it has *seconds* until its deadline.

        Raises:
            Problem: the caller's identity cannot be read.
        """
        return cls(
            identity=tuple(
                (name, _identity(name, headers)) for name in IDENTITY if name in headers
            ),
            trace=((REQUEST_ID, correlation_id), *_trace(headers)),
            deadline=asyncio.get_running_loop().time() + seconds,
            departure=departure,
        )

    @classmethod
    def joined(cls, calls: Sequence["Forwarded"]) -> "Forwarded":
        """Return what one RPC for all of *calls* forwards; they share an identity.

        It lasts as long as any of them waits. It is a call of its own if they are many.
        """
        if len(calls) == 1:
            return calls[0]
        deadline = max(call.deadline for call in calls)
        return cls(calls[0].identity, ((REQUEST_ID, str(uuid4())),), deadline)

    @property
    def metadata(self) -> Metadata:
        """The metadata of an RPC."""
        return self.identity + self.trace

    @property
    def correlation_id(self) -> str:
        """The id of the call in the logs."""
        return dict(self.trace).get(REQUEST_ID, "")

    def timeout(self) -> float | None:
        """Return the seconds left, at least one millisecond, so that gRPC reports the deadline.

        None if there is no end of them.
        """
        if self.deadline == math.inf:
            return None
        return max(self.deadline - asyncio.get_running_loop().time(), 0.001)


async def call(
    method: aio.UnaryUnaryMultiCallable[Question, Answer], request: Question, forwarded: Forwarded
) -> Answer:
    """Call *method* with *request*, and return its answer.

    Raises:
        Problem: the call was refused, or failed.
    """
    try:
        return await method(request, timeout=forwarded.timeout(), metadata=forwarded.metadata)
    except aio.AioRpcError as error:
        raise problem_of_error(error) from error


def correlation_ids(calls: Iterable[Forwarded]) -> list[str]:
    """Return the ids of *calls*, for the log."""
    return [call.correlation_id for call in calls]


def _identity(name: str, headers: Mapping[str, str]) -> str:
    value = headers[name]
    if not _PRINTABLE.fullmatch(value):
        raise invalid(Violation(Place.HEADER, name, "must be printable ASCII"))
    return value


def _trace(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in TRACE:
        if name in headers and _PRINTABLE.fullmatch(headers[name]):
            yield name, headers[name]
