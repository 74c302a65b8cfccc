"""What gRPC makes of several servers, one of which does not serve, fails, or goes away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from grpc import aio

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from items_client.channel import open_channel
from tests.replicas.scripted import ALWAYS, Leaver, Replica, two_replicas

READ = pb.GetItemRequest(id="a")
WRITE = pb.CreateItemRequest(item=pb.Item(id="a"))
IN_A_ROW = 10


@asynccontextmanager
async def stub_of(target: str) -> AsyncIterator[ItemServiceStub]:
    """A stub over a channel as clients open it."""
    async with open_channel(target) as channel:
        yield ItemServiceStub(channel)


async def until_both_are_called(items: ItemServiceStub, one: Replica, two: Replica) -> None:
    """Read until the channel has found both."""
    async with asyncio.timeout(10):
        while not (one.calls and two.calls):
            await items.GetItem(READ)
    one.calls = two.calls = 0


async def test_each_server_gets_its_turn() -> None:
    async with two_replicas() as (one, two, target), stub_of(target) as items:
        await until_both_are_called(items, one, two)
        for _ in range(10):
            await items.GetItem(READ)
    assert (one.calls, two.calls) == (5, 5)


async def test_a_server_that_says_that_it_does_not_serve_is_not_called() -> None:
    async with two_replicas() as (one, two, target), stub_of(target) as items:
        await until_both_are_called(items, one, two)
        await one.say(serves=False)
        async with asyncio.timeout(10):
            while two.calls < one.calls + IN_A_ROW:
                await items.CreateItem(WRITE)
        assert one.calls < IN_A_ROW
        await one.say(serves=True)
        await until_both_are_called(items, one, two)


async def test_a_read_that_a_server_fails_is_answered_by_another_one() -> None:
    async with two_replicas() as (one, two, target), stub_of(target) as items:
        await until_both_are_called(items, one, two)
        one.failures = ALWAYS
        for _ in range(10):
            assert (await items.GetItem(READ)).id == "a"
    assert one.calls > 0


async def test_a_write_that_a_server_fails_is_not_sent_again() -> None:
    async with two_replicas() as (one, two, target), stub_of(target) as items:
        await until_both_are_called(items, one, two)
        one.failures = two.failures = ALWAYS
        with pytest.raises(aio.AioRpcError):
            await items.CreateItem(WRITE)
    assert one.calls + two.calls == 1


async def test_a_write_that_a_server_leaves_unread_is_sent_to_another_one() -> None:
    leaver, other = Leaver(), Replica()
    async with (
        leaver.serving() as first,
        other.serving() as second,
        stub_of(f"{first},{second}") as items,
        asyncio.timeout(10),
    ):
        while not leaver.writes:
            await items.CreateItem(WRITE)


async def test_while_every_server_fails_reads_are_not_multiplied() -> None:
    async with two_replicas() as (one, two, target), stub_of(target) as items:
        await until_both_are_called(items, one, two)
        one.failures = two.failures = ALWAYS
        reads = [items.GetItem(READ) for _ in range(1000)]
        await asyncio.gather(*reads, return_exceptions=True)
        assert one.calls + two.calls < 2000
        one.failures = two.failures = 0
        await items.GetItem(READ)
