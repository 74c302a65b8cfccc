"""Room for large requests: what does not fit is refused, and what ends makes room."""

import asyncio
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grpc_server.items.errors import Overloaded
from grpc_server.serving.interceptors.chain import Method
from grpc_server.serving.interceptors.request_memory import SMALL_BYTES, Room, room
from items.v1 import items_pb2 as pb

METHOD = Method("/items.v1.ItemService/CreateItem", pb.CreateItemRequest.FromString)
NOBODY: Any = None


@given(st.lists(st.integers(1, 150)))
def test_no_more_is_taken_than_there_is_unless_by_one_alone(costs: list[int]) -> None:
    limit = Room(100)
    with ExitStack() as taken:
        for cost in costs:
            try:
                taken.enter_context(limit.taking(cost))
            except Overloaded:
                assert limit.taken + cost > 100
            else:
                assert limit.taken <= 100 or limit.taken == cost
    assert limit.taken == 0


async def test_a_large_request_waits_for_nobody_and_a_small_one_always_fits() -> None:
    answered = asyncio.Event()

    async def proceed(_: Any, __: Any) -> str:
        await answered.wait()
        return "answer"

    limit = Room(2 * SMALL_BYTES)
    served = room(limit)(METHOD, proceed)

    async def call(request: bytes) -> Any:
        return await served(request, NOBODY)

    large, small = bytes(SMALL_BYTES + 1), bytes(SMALL_BYTES)
    under_way = asyncio.create_task(call(large))
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await call(large)
    beside = asyncio.create_task(call(small))
    answered.set()
    assert await under_way == await beside == "answer"
    assert limit.taken == 0
