"""Work in turns: each gets its share, and nobody's work holds up the event loop."""

import asyncio

import pytest

from grpc_server.filters.time_slices import QUANTUM, SLICE, Turns, Work


class Clock:
    """A clock that stands still but for the work that is done."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def work(clock: Clock, steps: int, log: list[str], name: str = "") -> Work[str]:
    """Work of so many *steps* of a fifth of a quantum each."""
    for _ in range(steps):
        clock.now += QUANTUM / 5
        log.append(name)
        yield
    return name


async def test_what_fits_into_a_slice_is_done_at_once() -> None:
    clock, log = Clock(), list[str]()
    turns = Turns(clock)
    running = asyncio.create_task(turns.run(work(clock, 5, log, "a")))
    await asyncio.sleep(0)
    assert running.done()
    assert await running == "a"


async def test_no_turn_of_the_event_loop_has_more_work_than_a_slice() -> None:
    clock, log = Clock(), list[str]()
    turns = Turns(clock)
    running = asyncio.gather(*(turns.run(work(clock, 200, log)) for _ in range(10)))
    spent, before = [], 0.0
    while not running.done():
        await asyncio.sleep(0)
        spent.append(clock.now - before)
        before = clock.now
    assert max(spent) <= SLICE * 1.1
    assert len(log) == 2000


async def test_a_small_piece_of_work_does_not_wait_for_a_large_one() -> None:
    clock, log = Clock(), list[str]()
    turns = Turns(clock)
    large = asyncio.create_task(turns.run(work(clock, 10_000, log, "large")))
    await asyncio.sleep(0)
    assert await turns.run(work(clock, 7, log, "small")) == "small"
    assert not large.done()
    assert log.index("small") - log.index("large") < 40
    large.cancel()
    with pytest.raises(asyncio.CancelledError):
        await large


async def test_work_that_nobody_waits_for_ends() -> None:
    clock, log = Clock(), list[str]()
    turns = Turns(clock)
    left = asyncio.create_task(turns.run(work(clock, 10_000, log, "left")))
    await asyncio.sleep(0)
    left.cancel()
    await asyncio.wait([left])
    done = len(log)
    await turns.run(work(clock, 100, log, "other"))
    assert log[done:] == ["other"] * 100
    assert turns.waiting == 0


async def test_what_work_raises_reaches_who_waits_for_it() -> None:
    clock, log = Clock(), list[str]()
    turns = Turns(clock)

    def broken(steps: int) -> Work[str]:
        yield from work(clock, steps, log)
        raise KeyError(steps)

    for steps in (1, 1000):
        with pytest.raises(KeyError):
            await turns.run(broken(steps))
    assert await turns.run(work(clock, 1000, log, "next")) == "next"
