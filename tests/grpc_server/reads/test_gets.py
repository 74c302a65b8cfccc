"""Gets that wait together are read together, within bounds."""

import asyncio
from collections.abc import Sequence
from threading import Event

import pytest

from grpc_server.database.store import Snapshot
from grpc_server.items.errors import InvalidRequest, Overloaded
from grpc_server.observer import UNOBSERVED
from grpc_server.reads.gets import FEW, MAX_BYTES, MAX_WAITING, RESERVED, Gets
from items.v1 import items_pb2 as pb

LARGE = MAX_BYTES // 2


class Shelf:
    """Items of which each takes its number of bytes; *asked* tells what was asked for."""

    def __init__(self, **sizes: int) -> None:
        self.asked: list[Sequence[str]] = []
        self.is_open = Event()
        self.is_open.set()
        self._sizes = sizes

    def take(self, ids: Sequence[str], max_bytes: int) -> Snapshot:
        assert self.is_open.wait(10)
        self.asked.append(ids)
        taken: dict[str, pb.Item] = {}
        size = 0
        for place, item_id in enumerate(ids):
            if size > max_bytes:
                return Snapshot(1, taken, frozenset(ids[place:]))
            size += self._sizes.get(item_id, 0)
            taken[item_id] = pb.Item(id=item_id)
        return Snapshot(1, taken)


async def test_a_get_of_many_large_items_is_answered_by_itself() -> None:
    shelf = Shelf(**dict.fromkeys("abcdef", LARGE))
    gets = Gets(shelf.take, UNOBSERVED)
    assert set((await gets.get("abcdef")).items) == set("abcdef")
    assert [*map("".join, shelf.asked)] == ["abcdef", "abcdef"]
    await gets.close()


async def test_a_get_of_too_many_large_items_is_refused() -> None:
    gets = Gets(Shelf(**dict.fromkeys("abcdefghijklmnopqrst", LARGE)).take, UNOBSERVED)
    with pytest.raises(InvalidRequest, match="too large"):
        await gets.get("abcdefghijklmnopqrst")
    await gets.close()


async def test_single_gets_of_large_items_are_all_answered() -> None:
    shelf = Shelf(**dict.fromkeys("abcdefgh", LARGE))
    gets = Gets(shelf.take, UNOBSERVED)
    found = await asyncio.gather(*map(gets.get, "abcdefgh"))
    assert all(item_id in each.items for item_id, each in zip("abcdefgh", found, strict=True))
    await gets.close()


async def test_a_single_get_is_not_pushed_out_by_one_of_many() -> None:
    shelf = Shelf(**dict.fromkeys("abcdef", LARGE))
    gets = Gets(shelf.take, UNOBSERVED)
    shelf.is_open.clear()
    first = asyncio.create_task(gets.get("z"))
    await asyncio.sleep(0)
    many, single = asyncio.create_task(gets.get("abcdef")), asyncio.create_task(gets.get("y"))
    await asyncio.sleep(0)
    shelf.is_open.set()
    await asyncio.gather(first, many, single)
    assert shelf.asked[1][0] == "y"
    await gets.close()


async def test_a_get_leaves_the_queue_at_its_deadline_though_the_database_hangs() -> None:
    shelf = Shelf()
    shelf.is_open.clear()
    gets = Gets(shelf.take, UNOBSERVED)
    hanging = asyncio.create_task(gets.get("a"))
    await asyncio.sleep(0)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await gets.get(["b"] * (MAX_WAITING - RESERVED - 1))
        assert gets.waiting <= 1
    shelf.is_open.set()
    await hanging
    await gets.close()


async def test_a_get_beyond_the_queue_is_refused() -> None:
    shelf = Shelf()
    shelf.is_open.clear()
    gets = Gets(shelf.take, UNOBSERVED)
    begun = asyncio.create_task(gets.get("a"))
    await asyncio.sleep(0.01)
    waiting = [asyncio.create_task(gets.get(["b"] * FEW)) for _ in range(MAX_WAITING // FEW)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await gets.get("c")
    shelf.is_open.set()
    await asyncio.gather(begun, *waiting)
    await gets.close()


async def test_large_gets_leave_room_in_the_queue_for_small_ones() -> None:
    shelf = Shelf()
    shelf.is_open.clear()
    gets = Gets(shelf.take, UNOBSERVED)
    begun = asyncio.create_task(gets.get("a"))
    await asyncio.sleep(0.01)
    large = asyncio.create_task(gets.get(["b"] * (MAX_WAITING - RESERVED)))
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await gets.get(["c"] * (FEW + 1))
    small = asyncio.create_task(gets.get("d"))
    await asyncio.sleep(0)
    shelf.is_open.set()
    await asyncio.gather(begun, large, small)
    await gets.close()
