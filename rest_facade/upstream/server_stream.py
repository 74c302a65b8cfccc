"""One streaming RPC: its answers one at a time, and its end as a problem."""

import asyncio
from collections.abc import Container
from contextlib import ExitStack
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message
from grpc import StatusCode, aio

from rest_facade.problems.problems import Problem
from rest_facade.problems.statuses import problem_of_error
from rest_facade.upstream.forwarding import Forwarded

_DETAILS = MappingProxyType(
    {
        "CANCELLED": "the stream was given up",
        "DEADLINE_EXCEEDED": "the time that the call was given has passed",
        "UPSTREAM_UNAVAILABLE": "the item service does not answer; go on from where you are, later",
    }
)

Answer = TypeVar("Answer")


class ServerStream(Generic[Answer]):
    """The answers of *method* to *request*.

    None is asked for before it is wanted, so that the server is no faster than the
    reader. Whoever has a stream closes it: that gives the RPC up.
    """

    def __init__(
        self,
        method: aio.UnaryStreamMultiCallable[Any, Answer],
        request: Message,
        forwarded: Forwarded,
    ) -> None:
        self._call = method(request, timeout=forwarded.timeout(), metadata=forwarded.metadata)
        self._reading: asyncio.Future[Any] | None = None

    async def begin(self, patience: float, *, tolerated: Container[StatusCode] = ()) -> None:
        """Wait until there is an answer for `next`; otherwise, close the stream.

        A refusal with a *tolerated* code is left to `next`, too.

        Raises:
            Problem: the call was refused, or there was no answer for *patience* seconds.
        """
        with ExitStack() as unless_begun:
            unless_begun.callback(self.close)
            done, _ = await asyncio.wait((self._read(),), timeout=patience)
            refusal = _refusal(self._read()) if done else _late(patience)
            if refusal and refusal.code not in tolerated:
                raise refusal
            unless_begun.pop_all()

    async def next(self, patience: float) -> Answer | None:
        """Return the next answer; None if there was none for *patience* seconds.

        Raises:
            Problem: the stream has ended, and why.
        """
        reading = self._read()
        done, _ = await asyncio.wait((reading,), timeout=patience)
        if not done:
            return None
        self._reading = None
        if refusal := _refusal(reading):
            raise refusal
        return reading.result()  # type: ignore[no-any-return]  # the call knows its type

    def close(self) -> None:
        """Cancel the RPC."""
        self._call.cancel()

    def _read(self) -> "asyncio.Future[Any]":
        """Return the answer that is on its way."""
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._call.read())
            self._reading.add_done_callback(_seen)
        return self._reading


def _seen(reading: "asyncio.Future[Any]") -> None:
    """Retrieve the exception of an abandoned read, so that asyncio does not log it."""
    if not reading.cancelled():
        reading.exception()


def _refusal(reading: "asyncio.Future[Any]") -> Problem | None:
    """Return the reason why there was no answer, or None."""
    error = None if reading.cancelled() else reading.exception()
    if isinstance(error, aio.AioRpcError):
        return _explained(problem_of_error(error))
    if reading.cancelled() or (error is None and reading.result() is aio.EOF):
        return Problem(StatusCode.UNAVAILABLE, "UPSTREAM_UNAVAILABLE", "the stream has broken off")
    return None


def _explained(problem: Problem) -> Problem:
    """Return *problem*, with gRPC's own messages in the words of a stream."""
    return problem.but(detail=_DETAILS.get(problem.reason, problem.detail))


def _late(patience: float) -> Problem:
    detail = f"the stream did not begin within {patience:g} s"
    return Problem(StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", detail)
