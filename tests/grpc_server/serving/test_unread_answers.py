"""Answers that clients do not take are bounded, and do not wait for ever."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from grpc_server.items.errors import Overloaded
from grpc_server.serving.interceptors import unread_answers as module
from grpc_server.serving.interceptors.unread_answers import SMALL_BYTES, Unsent

LARGE = 10 * SMALL_BYTES


class Call:
    """As much of a call's context as is looked at."""

    def __init__(self, peer: str) -> None:
        self._peer = peer
        self._done: Callable[[Any], None] = lambda _: None

    def peer(self) -> str:
        return self._peer

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        self._done = callback

    def end(self) -> None:
        self._done(self)


def answered(limit: Unsent, size: int, peer: str = "a", *, may_refuse: bool = True) -> Call:
    call = Call(peer)
    limit.add(size, cast("Any", call), may_refuse=may_refuse)
    return call


async def test_small_answers_are_not_counted() -> None:
    limit = Unsent(max_bytes=LARGE)
    for _ in range(100):
        answered(limit, SMALL_BYTES)
    assert limit.bytes == 0


async def test_what_is_taken_makes_room() -> None:
    limit = Unsent(max_bytes=2 * LARGE)
    one, _ = answered(limit, LARGE), answered(limit, LARGE)
    with pytest.raises(Overloaded):
        answered(limit, LARGE)
    one.end()
    answered(limit, LARGE)
    assert limit.bytes == 2 * LARGE


async def test_what_is_written_is_never_refused() -> None:
    limit = Unsent(max_bytes=LARGE)
    for _ in range(3):
        answered(limit, LARGE, may_refuse=False)
    assert limit.bytes == 3 * LARGE


async def test_an_answer_that_is_larger_than_all_room_comes_alone() -> None:
    limit = Unsent(max_bytes=LARGE)
    answered(limit, 10 * LARGE)
    with pytest.raises(Overloaded):
        answered(limit, LARGE)


async def test_who_takes_nothing_is_cut_after_a_while() -> None:
    cut = asyncio.Queue[str]()

    def end(peer: str) -> bool:
        cut.put_nowait(peer)
        return True

    limit = Unsent(end, patience=0.05)
    answered(limit, LARGE, "quick").end()
    answered(limit, LARGE, "asleep")
    async with asyncio.timeout(5):
        assert await cut.get() == "asleep"


async def test_who_takes_nothing_is_cut_earlier_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LENIENCE", 0.0)
    cut = list[str]()

    def end(peer: str) -> bool:
        cut.append(peer)
        return True

    limit = Unsent(end, max_bytes=LARGE)
    answered(limit, LARGE, "asleep")
    with pytest.raises(Overloaded):
        answered(limit, LARGE, "other")
    assert cut == ["asleep"]
