"""Writes of items: concurrent ones become one BatchWriteItems with a result each.

A write with a request id is sent again if nobody answers it: it is applied once.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from items_runtime.backoff import Backoff
from rest_facade.problems.problems import Problem, Violation
from rest_facade.problems.statuses import NO_ANSWER, problem_of_status
from rest_facade.upstream.coalescing import BatchObserver, Coalescer, Limits
from rest_facade.upstream.forwarding import Forwarded, call

BACKOFF: Final = Backoff(first=0.05, longest=0.4)

RESENDS: Final = 4
"""The most times that a write is sent again."""


class ItemWrites:
    """Answers the five writes as their own RPCs do, and says what each did."""

    def __init__(
        self, stub: ItemServiceStub, limits: Limits, observer: BatchObserver | None = None
    ) -> None:
        self._stub = stub
        self._batches: Coalescer[pb.ItemWrite, pb.ItemWriteResult] = Coalescer(
            self._ask, limits, observer
        )

    async def write(self, write: pb.ItemWrite, forwarded: Forwarded) -> pb.ItemWriteResult:
        """Apply *write*; return the item after it, and the kind of change.

        Raises:
            Problem: the write was refused, or failed.
        """
        for failures in range(1, RESENDS + 1 if _is_applied_once(write) else 1):
            try:
                return await self._ask_once(write, forwarded)
            except Problem as problem:
                pause = BACKOFF.pause(failures)
                if problem.reason != NO_ANSWER or _has_less_than(pause, forwarded):
                    raise
            await asyncio.sleep(pause)
        return await self._ask_once(write, forwarded)

    @property
    def waiting(self) -> int:
        """The number of calls that wait for their answer."""
        return self._batches.waiting

    async def close(self) -> None:
        """Wait for the batches under way."""
        await self._batches.close()

    async def _ask_once(self, write: pb.ItemWrite, forwarded: Forwarded) -> pb.ItemWriteResult:
        return await self._batches.ask(write, write.ByteSize(), forwarded)

    async def _ask(
        self, writes: Sequence[pb.ItemWrite], forwarded: Forwarded
    ) -> Sequence[pb.ItemWriteResult | Problem]:
        request = pb.BatchWriteItemsRequest(writes=writes, allow_partial=True)
        try:
            response = await call(self._stub.BatchWriteItems, request, forwarded)
        except Problem as problem:
            raise _of_one_write(problem, writes[0]) from problem
        return [_outcome(result) for result in response.results]


def _is_applied_once(write: pb.ItemWrite) -> bool:
    return bool(getattr(write, write.WhichOneof("write") or "").request_id)


def _has_less_than(seconds: float, forwarded: Forwarded) -> bool:
    left = forwarded.timeout()
    return left is not None and left < seconds


def _outcome(result: pb.ItemWriteResult) -> pb.ItemWriteResult | Problem:
    return problem_of_status(result.error) if result.HasField("error") else result


def _of_one_write(problem: Problem, write: pb.ItemWrite) -> Problem:
    """Return *problem* with its fields named as in *write*'s own request, not the batch's."""
    prefix = f"writes[0].{write.WhichOneof('write')}."
    return problem.but(
        detail=problem.detail.replace(prefix, ""),
        violations=[
            Violation(found.place, found.where.removeprefix(prefix), found.detail)
            for found in problem.violations
        ],
    )
