"""Works that live and die together."""

import asyncio

import pytest

from items_events.tasks import check_cancelled, race


async def test_when_one_ends_the_others_do() -> None:
    ended: list[str] = []

    async def slow() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append("slow")

    await race(slow(), asyncio.sleep(0))
    assert ended == ["slow"]


async def test_what_one_raises_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("why")

    with pytest.raises(ValueError, match="why"):
        await race(fail(), asyncio.sleep(60))


async def test_a_cancellation_that_was_swallowed_ends_a_loop_all_the_same() -> None:
    began = asyncio.Event()

    async def loop() -> None:
        while True:
            check_cancelled()
            began.set()
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                continue  # as libraries do at a bad moment

    task = asyncio.create_task(loop())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 1)
