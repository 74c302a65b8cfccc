"""Who takes nothing is cut, and nobody else is."""

import asyncio

import pytest

from grpc_server.catalog.errors import WatcherTooSlow
from grpc_server.feed.handover import Send
from grpc_server.feed.stalls import Stalls

PATIENCE = 0.05


async def hand_over(send: Send, messages: int, stalls: Stalls | None = None) -> None:
    """Send so many *messages*, as a watch does."""
    with (stalls or Stalls(PATIENCE)).handing_over(send) as tell:
        for _ in range(messages):
            await tell(b"")


async def never(_: bytes) -> None:
    await asyncio.get_running_loop().create_future()


async def test_who_takes_nothing_is_cut() -> None:
    with pytest.raises(WatcherTooSlow, match="the revision seen last"):
        await hand_over(never, 1)


async def test_who_takes_each_message_in_time_is_not_cut() -> None:
    async def soon(_: bytes) -> None:
        await asyncio.sleep(PATIENCE / 5)

    await hand_over(soon, 15)


async def test_who_is_cut_disturbs_no_other() -> None:
    stalls = Stalls(PATIENCE)
    one, two = (asyncio.create_task(hand_over(never, 1, stalls)) for _ in range(2))
    await asyncio.sleep(0)
    one.cancel()
    ended = await asyncio.gather(one, two, return_exceptions=True)
    assert [type(error) for error in ended] == [asyncio.CancelledError, WatcherTooSlow]


async def test_what_stalls_later_is_cut_too() -> None:
    stalls = Stalls(PATIENCE)
    for _ in range(2):
        with pytest.raises(WatcherTooSlow):
            await hand_over(never, 1, stalls)
