"""A lane gives its threads in turn, and takes them back from whoever has gone."""

import asyncio
from collections.abc import AsyncIterator
from threading import Event

import pytest

from grpc_server.database.cancellation import Cancellation
from grpc_server.items.errors import Overloaded
from grpc_server.reads.lane import Lane


@pytest.fixture
async def lane() -> AsyncIterator[Lane]:
    """A lane of one thread, for which two calls may wait."""
    lane = Lane("tests", 1, max_waiting=2)
    yield lane
    await lane.close()


class Endless:
    """A read that ends only by being interrupted."""

    def __init__(self) -> None:
        self.begun, self._interrupted = Event(), Event()

    def __call__(self, cancellation: Cancellation) -> str:
        with cancellation.governing(self._interrupted.set):
            self.begun.set()
            assert self._interrupted.wait(10)
        return "interrupted"


async def started(lane: Lane, endless: Endless) -> "asyncio.Task[str]":
    task = asyncio.create_task(lane.run(endless))
    assert await asyncio.to_thread(endless.begun.wait, 10)
    return task


async def test_a_read_that_is_cancelled_is_interrupted_and_its_thread_free_again(
    lane: Lane,
) -> None:
    (await started(lane, Endless())).cancel()
    async with asyncio.timeout(5):
        assert await lane.run(lambda _: "next") == "next"


async def test_a_caller_leaves_at_its_deadline_though_its_read_does_not_end(lane: Lane) -> None:
    stuck = Event()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await lane.run(lambda _: stuck.wait(10))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await lane.run(lambda _: stuck.wait(10))
    assert lane.waiting == 0
    stuck.set()


async def test_a_read_beyond_the_queue_is_refused_at_once(lane: Lane) -> None:
    running = await started(lane, Endless())
    waiting = [asyncio.create_task(lane.run(lambda _: "waited")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await lane.run(lambda _: "refused")
    running.cancel()
    assert [await each for each in waiting] == ["waited", "waited"]


async def test_a_caller_that_leaves_the_queue_makes_room(lane: Lane) -> None:
    running = await started(lane, Endless())
    waiting = [asyncio.create_task(lane.run(lambda _: "waited")) for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.wait([waiting[0]])
    last = asyncio.create_task(lane.run(lambda _: "last"))
    await asyncio.sleep(0)
    running.cancel()
    assert [await waiting[1], await last] == ["waited", "last"]


async def test_what_a_read_raises_reaches_its_caller(lane: Lane) -> None:
    def fail(_: Cancellation) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await lane.run(fail)
    assert await lane.run(lambda _: "next") == "next"
