"""The coalescing of concurrent REST calls into batch RPCs.

While one batch is under way, the next gathers by itself: no timer, no added delay.
A call that gives up, or is refused, never disturbs its neighbours. One whose time is over, or
whose client has gone, leaves the queue at once: its question is not put any more.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import structlog
from grpc import StatusCode

from rest_facade.problems.problems import Problem
from rest_facade.problems.statuses import FAULTS
from rest_facade.upstream.forwarding import Forwarded, Metadata, correlation_ids

Q = TypeVar("Q")
A = TypeVar("A")

Ask = Callable[[Sequence[Q], Forwarded], Awaitable[Sequence[A | Problem]]]
"""Puts questions in one RPC: an answer, or a refusal, for each, in their order."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of batches: their size, their number at a time, and what may wait.

    *waiting* is a number of calls, *waiting_bytes* what their questions have together.
    """

    questions: int
    bytes: int
    calls: int
    waiting: int
    waiting_bytes: int


@dataclass(eq=False, slots=True)
class _Waiting(Generic[Q, A]):
    question: Q
    size: int
    call: Forwarded
    answer: asyncio.Future[A]

    def settle(self, outcome: A | Exception) -> None:
        """Settle the call with *outcome*, unless it has ended."""
        if self.answer.done():
            return
        if isinstance(outcome, Exception):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)

    def leave(self) -> None:
        """Cancel the call: its client has disconnected."""
        self.settle(Problem(StatusCode.CANCELLED, "CANCELLED", "the client went away"))

    def expire(self) -> None:
        """Fail the call: its deadline has passed."""
        self.settle(
            Problem(
                StatusCode.DEADLINE_EXCEEDED,
                "DEADLINE_EXCEEDED",
                "the deadline passed before there was an answer; a write may have been applied",
            )
        )


@dataclass(slots=True)
class _Lane(Generic[Q, A]):
    """The calls of one identity: only those may share a batch."""

    queue: OrderedDict[_Waiting[Q, A], None] = field(default_factory=OrderedDict)
    calls: int = 0
    woken: bool = False

    def take(self, limits: Limits) -> list[_Waiting[Q, A]]:
        """Take the next batch from the front of the queue, without calls that have ended."""
        batch: list[_Waiting[Q, A]] = []
        size = 0
        while self.queue and len(batch) < limits.questions:
            waiting = next(iter(self.queue))
            if batch and size + waiting.size > limits.bytes:
                break
            del self.queue[waiting]
            if not waiting.answer.done():
                batch.append(waiting)
                size += waiting.size
        return batch


class BatchObserver(Protocol):
    """Observes the batches of a queue, on the event loop."""

    def asked(self, questions: int) -> None:
        """Note that one RPC carried *questions* questions."""

    def refused(self) -> None:
        """Note that a call was refused, as too many waited."""


class _Unobserved:
    """The observer of a queue that is not measured."""

    def asked(self, questions: int) -> None:
        """Ignore the batch."""

    def refused(self) -> None:
        """Ignore the refusal."""


class Coalescer(Generic[Q, A]):
    """Answers questions in batches, each caller as if it had asked alone."""

    def __init__(
        self, ask: Ask[Q, A], limits: Limits, observer: BatchObserver | None = None
    ) -> None:
        self._ask = ask
        self._limits = limits
        self._observer = observer or _Unobserved()
        self._lanes: dict[Metadata, _Lane[Q, A]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._bytes = 0

    async def ask(self, question: Q, size: int, call: Forwarded) -> A:
        """Return the answer to *question*, which has *size* bytes.

        Raises:
            Problem: the question is refused, too many wait, the deadline has passed, or
                the client has gone.
        """
        if self._is_full(size):
            self._observer.refused()
            raise _overloaded()
        loop = asyncio.get_running_loop()
        waiting: _Waiting[Q, A] = _Waiting(question, size, call, loop.create_future())
        timer = loop.call_at(call.deadline, waiting.expire)
        try:
            self._enqueue(waiting, loop)
            return await waiting.answer
        finally:
            self._dequeue(waiting)
            timer.cancel()

    @property
    def waiting(self) -> int:
        """The number of calls that wait for their answer."""
        return self._waiting

    async def close(self) -> None:
        """Wait for the batches under way."""
        await asyncio.gather(*self._tasks)

    def _is_full(self, size: int) -> bool:
        limits = self._limits
        return self._waiting >= limits.waiting or (
            self._waiting > 0 and self._bytes + size > limits.waiting_bytes
        )

    def _enqueue(self, waiting: _Waiting[Q, A], loop: asyncio.AbstractEventLoop) -> None:
        self._waiting += 1
        self._bytes += waiting.size
        if waiting.call.departure is not None:
            waiting.call.departure.add(waiting)
        lane = self._lanes.setdefault(waiting.call.identity, _Lane())
        lane.queue[waiting] = None
        if not lane.woken:  # calls that arrive in the same turn of the loop go together
            lane.woken = True
            loop.call_soon(self._start, lane, waiting.call.identity)

    def _dequeue(self, waiting: _Waiting[Q, A]) -> None:
        """Forget *waiting*, wherever it is: answered, or given up in the queue."""
        self._waiting -= 1
        self._bytes -= waiting.size
        if waiting.call.departure is not None:
            waiting.call.departure.discard(waiting)
        lane = self._lanes.get(waiting.call.identity)
        if lane is not None:
            lane.queue.pop(waiting, None)

    def _start(self, lane: _Lane[Q, A], identity: Metadata) -> None:
        lane.woken = False
        while lane.calls < self._limits.calls and (batch := lane.take(self._limits)):
            lane.calls += 1
            task = asyncio.create_task(self._run(lane, identity, batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if not lane.calls and not lane.queue and self._lanes.get(identity) is lane:
            del self._lanes[identity]

    async def _run(
        self, lane: _Lane[Q, A], identity: Metadata, batch: list[_Waiting[Q, A]]
    ) -> None:
        try:
            await self._answer(batch)
        finally:
            lane.calls -= 1
            self._start(lane, identity)

    async def _answer(self, batch: list[_Waiting[Q, A]]) -> None:
        call = Forwarded.joined([waiting.call for waiting in batch])
        self._observer.asked(len(batch))
        try:
            answers = await self._ask([waiting.question for waiting in batch], call)
            for waiting, answer in zip(batch, answers, strict=True):
                waiting.settle(answer)
        except Problem as problem:
            await self._fail(batch, call, problem)
        except Exception as error:  # noqa: BLE001  # a bug: each caller is told, none hangs
            for waiting in batch:
                waiting.settle(error)

    async def _fail(self, batch: list[_Waiting[Q, A]], call: Forwarded, problem: Problem) -> None:
        if len(batch) > 1 and problem.code is StatusCode.INVALID_ARGUMENT:
            # One question spoilt the batch, and nothing of it was done: each goes alone.
            staying = [waiting for waiting in batch if not waiting.answer.done()]
            await asyncio.gather(*(self._answer([waiting]) for waiting in staying))
            return
        if problem.code in FAULTS:
            callers = correlation_ids(waiting.call for waiting in batch)
            log = structlog.get_logger("rest_facade.upstream.coalescing")
            log.error("batch failed", correlation_id=call.correlation_id, callers=callers)
        for waiting in batch:
            waiting.settle(problem.but())


def _overloaded() -> Problem:
    return Problem(
        StatusCode.RESOURCE_EXHAUSTED,
        "OVERLOADED",
        "too many calls wait already; try again",
        retry_after=1.0,
    )
