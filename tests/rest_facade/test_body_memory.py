"""Large bodies wait for room, in their order, and are refused when too many wait."""

import asyncio
import traceback
from collections.abc import Callable

import pytest
from starlette.types import Message

from rest_facade.problems.problems import Problem
from rest_facade.requests.bodies import read_body
from rest_facade.requests.body_memory import QUEUE, ROOM, SMALL, Bulk, is_small, weight

HUGE = b"[" + b"1," * (1 << 20) + b"1]"
COMMAS = b'"' + b"," * (1 << 20) + b'"'


def test_small_bodies_with_few_elements_pass_by() -> None:
    assert is_small(b'{"name":"Vim"}')
    assert not is_small(b"x" * (SMALL + 1))
    assert not is_small(b"," * 5000)


def test_no_body_weighs_more_than_there_is_room() -> None:
    assert weight(HUGE) <= ROOM
    assert weight(b"x" * ROOM) == ROOM


Entering = asyncio.Task[Callable[[], None]]


async def until_full(bulk: Bulk, body: bytes) -> list[Entering]:
    """Bodies that have their place; the last one waits."""
    entering: list[Entering] = []
    while not entering or entering[-1].done():
        entering.append(asyncio.create_task(bulk.enter(body)))
        await asyncio.sleep(0)
    return entering


def leave(entered: Entering) -> None:
    entered.result()()


async def test_a_body_waits_until_another_one_leaves() -> None:
    bulk = Bulk()
    *inside, waiting = await until_full(bulk, COMMAS)
    leave(inside[0])
    await asyncio.wait_for(waiting, 1)


async def test_a_body_that_gives_up_leaves_the_queue_to_the_next() -> None:
    bulk = Bulk()
    *inside, waiting = await until_full(bulk, COMMAS)
    following = asyncio.create_task(bulk.enter(COMMAS))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    leave(inside[0])
    await asyncio.wait_for(following, 1)


async def test_a_place_that_is_given_to_a_body_that_has_gone_is_not_lost() -> None:
    bulk = Bulk()
    *inside, waiting = await until_full(bulk, COMMAS)
    leave(inside[0])  # and the other one gives up at once
    waiting.cancel()
    await asyncio.wait([waiting])
    await asyncio.wait_for(bulk.enter(COMMAS), 1)


async def test_more_than_may_wait_are_told_to_come_again() -> None:
    bulk = Bulk()
    waiting = await until_full(bulk, COMMAS)
    for _ in range(QUEUE // len(COMMAS)):
        waiting.append(asyncio.create_task(bulk.enter(COMMAS)))
    await asyncio.sleep(0)
    with pytest.raises(Problem, match="too many large bodies"):
        await bulk.enter(COMMAS)
    for each in waiting:
        each.cancel()


async def test_the_traceback_of_a_refusal_does_not_hold_the_body() -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b"x" * 1000, "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    with pytest.raises(Problem) as refused:
        await read_body(receive, {}, ("application/json",), 10_000)
    frames = [frame for frame, _ in traceback.walk_tb(refused.tb)]
    held = [value for frame in frames[1:] for value in frame.f_locals.values()]
    assert not any(isinstance(value, list) and value for value in held)
