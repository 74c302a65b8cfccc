"""Room for messages: bounded, shared between peers, and taken from who stalls."""

import asyncio

import pytest

from grpc_server.feed import watch_memory as module
from grpc_server.feed.watch_memory import SMALL_BYTES, Room, Taken

LARGE = 128 * 1024


def make(pieces: int = 4) -> Room:
    return Room(lambda _: None, max_bytes=pieces * LARGE)


async def started(room: Room, peer: str) -> "asyncio.Task[Taken]":
    """Ask for room; returns when it was given, or is waited for."""
    asking = asyncio.create_task(room.take(LARGE, peer))
    await asyncio.sleep(0)
    return asking


async def test_what_is_small_takes_no_room() -> None:
    room = make()
    for _ in range(100):
        await room.take(SMALL_BYTES, "a")
    assert room.bytes == 0


async def test_what_is_on_its_way_already_counts_whether_there_is_room_or_not() -> None:
    room = make(1)
    for _ in range(3):
        room.claim(LARGE, "a")
    assert room.bytes == 3 * LARGE
    assert room.take_now(LARGE, "b") is None
    assert room.take_now(SMALL_BYTES, "b") == Taken("b", 0)


async def test_room_is_bounded_and_given_to_the_next() -> None:
    room = make()
    taken = [await room.take(LARGE, peer) for peer in "abcd"]
    waiting = await started(room, "e")
    assert not waiting.done()
    room.give(taken[0])
    assert await waiting == Taken("e", LARGE)
    assert room.bytes == 4 * LARGE


async def test_one_peer_has_half_of_it_at_most() -> None:
    room = make()
    greedy = [await started(room, "greedy") for _ in range(10)]
    assert sum(asking.done() for asking in greedy) == 2
    assert (await started(room, "other")).done()
    assert room.bytes == 3 * LARGE


async def test_what_is_larger_than_all_of_it_comes_alone() -> None:
    room = make(1)
    huge = await room.take(100 * LARGE, "a")
    waiting = await started(room, "b")
    assert not waiting.done()
    room.give(huge)
    assert (await waiting).size == LARGE


async def test_who_no_longer_waits_takes_no_room() -> None:
    room = make()
    taken = [await room.take(LARGE, peer) for peer in "abcd"]
    gone, stays = await started(room, "e"), await started(room, "f")
    gone.cancel()
    await asyncio.wait([gone])
    room.give(taken[0])
    await stays
    for each in (*taken[1:], stays.result()):
        room.give(each)
    assert room.bytes == 0


async def test_who_is_let_in_and_cancelled_at_once_gives_it_back() -> None:
    room = make(1)
    taken = await room.take(LARGE, "a")
    asking = await started(room, "b")
    room.give(taken)
    asking.cancel()
    await asyncio.wait([asking])
    assert room.bytes == 0


async def test_while_others_wait_stalled_watches_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    asked = asyncio.Event()
    room = Room(lambda _: asked.set(), max_bytes=LARGE)
    await room.take(LARGE, "a")
    waiting = await started(room, "b")
    async with asyncio.timeout(5):
        await asked.wait()
    waiting.cancel()
