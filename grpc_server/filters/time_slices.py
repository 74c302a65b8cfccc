"""Turns: work on the event loop in short slices, between which everybody else is served.

A filter costs what its client likes it to cost, once for each change, and once to be read.
Done in one go, that would hold up every call to the process; in slices, it only waits for
its like.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")

Work = Generator[None, None, T]
"""Work that yields wherever it may be interrupted, after at most about a millisecond."""

SLICE = 0.002
"""Seconds of work in one turn of the event loop."""

QUANTUM = 0.0005
"""Seconds that one piece of work gets before the next one's turn comes."""

PAUSE = 0.001
"""Seconds between two slices, which the threads of the process need to get on, too."""


class _Job(Generic[T]):
    """Work under way; *done* has its result, or is cancelled if nobody waits any more."""

    __slots__ = ("done", "work")

    def __init__(self, work: Work[T], done: "asyncio.Future[T]") -> None:
        self.work = work
        self.done = done


class Turns:
    """Runs pieces of work in turns: at most SLICE at a time for all of them together.

    What fits into the slice of this turn of the event loop is done at once.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._jobs: deque[_Job[Any]] = deque()
        self._ends: float | None = None
        self._pause: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """How many pieces of work are under way."""
        return len(self._jobs)

    async def run(self, work: Work[T]) -> T:
        """Return what *work* returns, or raise what it raises; closes it if cancelled."""
        loop = asyncio.get_running_loop()
        if not self._jobs:
            try:
                self._proceed(work, self._end_of_slice(loop))
            except StopIteration as end:
                done: T = end.value
                return done
        job: _Job[T] = _Job(work, loop.create_future())
        self._jobs.append(job)
        self._run_later(loop)
        try:
            result = await job.done
        finally:
            work.close()
        return result

    def _end_of_slice(self, loop: asyncio.AbstractEventLoop) -> float:
        """Return when the slice ends that this turn of the event loop has."""
        if self._ends is None:
            self._ends = self._clock() + SLICE
            loop.call_soon(self._forget_slice)
        return self._ends

    def _forget_slice(self) -> None:
        self._ends = None

    def _run_later(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._pause is None:
            self._pause = loop.call_later(PAUSE, self._run)

    def _run(self) -> None:
        self._pause = None
        ends = self._clock() + SLICE
        while self._jobs and self._clock() < ends:
            job = self._jobs.popleft()
            if not job.done.done() and not self._finishes(job, ends):
                self._jobs.append(job)
        if self._jobs:
            self._run_later(asyncio.get_running_loop())

    def _finishes(self, job: _Job[Any], ends: float) -> bool:
        try:
            self._proceed(job.work, min(ends, self._clock() + QUANTUM))
        except StopIteration as end:
            job.done.set_result(end.value)
        except Exception as error:  # noqa: BLE001  # who waits for it is told
            job.done.set_exception(error)
        else:
            return False
        return True

    def _proceed(self, work: Work[Any], until: float) -> None:
        """Work until then. Raises StopIteration, with the result, if that was all."""
        while self._clock() < until:
            next(work)


def at_once(work: Work[T]) -> T:
    """Do all of *work*, and return its result."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: T = end.value
            return result
