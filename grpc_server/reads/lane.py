"""A lane: the threads of one class of reads, so that no class waits for another."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from grpc_server.database.cancellation import Cancellation
from grpc_server.items.errors import Overloaded
from grpc_server.observer import UNOBSERVED, Observer

MAX_WAITING = 1000
"""How many calls may wait for a thread of a lane; more are refused."""

INSIST_SECONDS = 0.1
"""How often a read that nobody waits for is interrupted, until it has ended."""

T = TypeVar("T")


class Turn:
    """The use of one thread of a lane, step by step.

    *cancellation* is set when the caller is cancelled while a step runs. *at_end* is
    called on the thread when the turn is over, after the last step has ended.
    """

    def __init__(self, threads: Executor) -> None:
        self.cancellation = Cancellation()
        self.at_end: Callable[[], object] | None = None
        self.is_over = False
        self._threads = threads
        self._running: asyncio.Future[Any] | None = None

    @property
    def is_running(self) -> bool:
        """Whether a step has not ended, though its caller may have gone."""
        return self._running is not None and not self._running.done()

    async def run(self, step: Callable[[], T]) -> T:
        """Return what *step* returns; it is to end soon after the cancellation is set."""
        loop = asyncio.get_running_loop()
        running = self._running = loop.run_in_executor(self._threads, step)
        running.add_done_callback(_looked_at)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            self.cancellation.set()
            raise

    async def end(self, interrupts: Executor) -> None:
        """End the step that runs, and the turn.

        It is interrupted until it has ended: a statement that just begins may be missed.
        """
        loop = asyncio.get_running_loop()
        while self._running is not None and not self._running.done():
            await loop.run_in_executor(interrupts, self.cancellation.interrupt)
            await asyncio.wait([self._running], timeout=INSIST_SECONDS)
        if self.at_end is not None:
            await loop.run_in_executor(self._threads, self.at_end)


class Lane:
    """Gives *threads* threads to reads, in the order of their arrival.

    A caller that is cancelled, as at its deadline, leaves at once: it waits no longer, or
    its read is interrupted. The thread is free again when the read has ended.
    """

    def __init__(
        self,
        name: str,
        threads: int,
        max_waiting: int = MAX_WAITING,
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._name = name
        self._observer = observer
        self._max_waiting = max_waiting
        self._waiting = 0
        self._free = asyncio.Semaphore(threads)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._interrupts = ThreadPoolExecutor(1, thread_name_prefix=f"{name}, interrupts")
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """How many calls wait for a thread."""
        return self._waiting

    async def run(self, read: Callable[[Cancellation], T]) -> T:
        """Return what *read* returns; it is to end soon after its cancellation is set.

        Raises:
            Overloaded: too many calls wait for this lane.
        """
        async with self.turn() as turn:
            return await turn.run(lambda: read(turn.cancellation))

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Turn]:
        """Lend a thread for the block, or until it is given back.

        Raises:
            Overloaded: too many calls wait for this lane.
        """
        turn = await self.take()
        try:
            yield turn
        finally:
            self.give_back(turn)

    async def take(self) -> Turn:
        """Wait for a thread; it is to be given back.

        Raises:
            Overloaded: too many calls wait for this lane.
        """
        if self._waiting >= self._max_waiting:
            self._observer.read_refused()
            raise Overloaded(f"too many calls wait for {self._name}; try again in a moment")
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        return Turn(self._threads)

    def give_back(self, turn: Turn) -> None:
        """End *turn*, if it is not over; nobody waits for what it still runs."""
        if turn.is_over:
            return
        turn.is_over = True
        if not turn.is_running and turn.at_end is None:
            self._free.release()
            return
        ending = asyncio.create_task(turn.end(self._interrupts), name=f"end of {self._name}")
        self._ending.add(ending)
        ending.add_done_callback(self._ended)

    async def close(self) -> None:
        """Wait until every thread has ended."""
        await asyncio.gather(*self._ending, return_exceptions=True)
        await asyncio.to_thread(self._threads.shutdown)
        await asyncio.to_thread(self._interrupts.shutdown)

    def _ended(self, ending: "asyncio.Task[None]") -> None:
        self._ending.discard(ending)
        self._free.release()
        _looked_at(ending)  # if the connection has broken, the next read finds out


def _looked_at(ended: "asyncio.Future[Any]") -> None:
    """Look at what *ended* has raised, which nobody may wait for any more."""
    if not ended.cancelled():
        ended.exception()
