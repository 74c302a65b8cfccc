import asyncio

import pytest

from grpc_server.reads.watermark import Watermark


async def test_a_revision_that_is_reached_is_not_waited_for() -> None:
    await Watermark(3).reach(3)


async def test_those_who_wait_are_woken_by_the_revision_they_wait_for() -> None:
    watermark = Watermark(0)
    waits = [asyncio.ensure_future(watermark.reach(revision)) for revision in (2, 1, 3)]
    await asyncio.sleep(0)
    watermark.advance(2)
    await asyncio.sleep(0)
    assert [wait.done() for wait in waits] == [True, True, False]
    watermark.advance(3)
    await waits[2]


async def test_one_who_gives_up_does_not_disturb_the_others() -> None:
    watermark = Watermark(0)
    first, second = (asyncio.ensure_future(watermark.reach(1)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    watermark.advance(1)
    await second


async def test_progress_never_goes_back() -> None:
    watermark = Watermark(5)
    watermark.advance(4)
    assert watermark.revision == 5
