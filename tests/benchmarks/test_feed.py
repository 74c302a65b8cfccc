"""The benchmark of the feed, in small."""

import asyncio
from pathlib import Path

import pytest

from benchmarks.load.load import LoadFailed
from benchmarks.load.watch_load import Heard, Told, Writing, watch, write
from tests.items_client.streams import bookmark, commit, told
from tests.servers import item_service

WRITING = Writing(rate=500, seconds=0.4, batch=10)


async def test_every_watcher_hears_of_every_change(folder: Path) -> None:
    address = f"unix:{folder}/grpc.sock"
    async with item_service(folder):
        heard, _ = await asyncio.gather(
            watch(address, 3, WRITING.changes, from_revision=0), write(address, WRITING)
        )
    assert WRITING.changes == 200
    assert [len(one.latencies) for one in heard] == [200] * 3
    assert all(0 < latency < 60 for one in heard for latency in one.latencies)


async def test_all_of_the_history_is_caught_up(folder: Path) -> None:
    address = f"unix:{folder}/grpc.sock"
    async with item_service(folder):
        await write(address, WRITING)
    async with item_service(folder):
        (heard,) = await watch(address, 1, WRITING.changes, from_revision=0)
    assert heard.revision == 200


def test_a_gap_is_no_measurement() -> None:
    heard = Heard()
    heard.take(Told.by(bookmark(3).SerializeToString()), 0.0)
    with pytest.raises(LoadFailed, match="revision 5 came after 3"):
        heard.take(Told.by(told(commit(5)).SerializeToString()), 0.0)


def test_a_gap_within_a_message_is_none_either() -> None:
    with pytest.raises(LoadFailed, match="from 4 to 6"):
        Told.by(told(commit(4), commit(6)).SerializeToString())
