"""A snapshot is for readers that keep up: the database holds it for as long as they take."""

import asyncio

import pytest

from grpc_server.catalog.errors import WatcherTooSlow
from grpc_server.feed.handover import Handover
from grpc_server.feed.pace import BYTES_PER_SECOND, Pace

PATIENCE = 0.1


def pace_of(seconds: float) -> Pace:
    """The pace of a reader that takes *seconds* for each part."""

    async def send(_: bytes) -> None:
        await asyncio.sleep(seconds)

    return Pace(Handover(send, asyncio.current_task(), "peer"), PATIENCE)


async def test_a_reader_that_takes_nothing_is_cut() -> None:
    pace = pace_of(3600)
    with pytest.raises(WatcherTooSlow, match="too slowly"):
        await pace.tell(b"")


async def test_a_reader_that_takes_a_little_now_and_then_is_cut() -> None:
    pace = pace_of(PATIENCE / 5)
    with pytest.raises(WatcherTooSlow):  # noqa: PT012  # one of them is too many
        for _ in range(100):
            await pace.tell(b"x")


async def test_a_reader_that_keeps_the_rate_may_take_its_time() -> None:
    pace = pace_of(PATIENCE / 5)
    for _ in range(15):
        await pace.tell(bytes(BYTES_PER_SECOND))
