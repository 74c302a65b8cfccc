"""A supervised task starts again whenever it ends, and who watches over it is told."""

import asyncio

import pytest
from structlog.testing import capture_logs

from items_runtime.supervision import FIRST_PAUSE, LONGEST_PAUSE, STEADY, TOO_MANY, Supervisor, end


class Time:
    """A clock that pauses move on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


class Flaky:
    """Work that fails so many times, and then goes on until it is cancelled."""

    def __init__(self, failures: int) -> None:
        self._left = failures
        self.works = asyncio.Event()

    async def __call__(self) -> None:
        if self._left:
            self._left -= 1
            raise ZeroDivisionError("bug")
        self.works.set()
        await asyncio.Event().wait()


async def test_a_task_that_fails_starts_again_after_a_pause_that_grows() -> None:
    time, told, work = Time(), list[str](), Flaky(10)
    supervisor = Supervisor(told.append, time.pause, time)
    with capture_logs() as logged:
        task = supervisor.start("flaky", work)
        await work.works.wait()
        await end(task)
    assert told == ["flaky"] * 10
    assert [(line["log_level"], line["task"]) for line in logged] == [("error", "flaky")] * 10
    assert time.pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert time.pauses[-1] == LONGEST_PAUSE


async def test_a_task_that_ends_starts_again() -> None:
    time, told, again = Time(), list[str](), asyncio.Event()

    async def ends() -> None:
        if told:
            again.set()
            await asyncio.Event().wait()

    task = Supervisor(told.append, time.pause, time).start("short", ends)
    await again.wait()
    await end(task)
    assert told == ["short"]


@pytest.mark.parametrize("failures", [TOO_MANY - 1, TOO_MANY])
async def test_a_task_that_fails_again_and_again_is_failing_until_it_is_steady(
    failures: int,
) -> None:
    time, work = Time(), Flaky(failures)
    supervisor = Supervisor(pause=time.pause, clock=time)
    task = supervisor.start("flaky", work)
    await work.works.wait()
    assert supervisor.failing == (("flaky",) if failures == TOO_MANY else ())
    time.now += STEADY
    assert supervisor.failing == ()
    await end(task)


async def test_a_task_that_is_ended_stays_so() -> None:
    told, work = list[str](), Flaky(0)
    task = Supervisor(told.append).start("steady", work)
    await work.works.wait()
    await end(task)
    assert task.cancelled()
    assert not told
