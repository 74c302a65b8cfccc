"""Watches that cost much: whoever asks for them waits, and nobody else."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import psutil
from google.protobuf.struct_pb2 import Struct
from grpc import aio

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.processes import ServerProcess, free_port

OWN = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_receive_message_length", -1)]
MOST_MEMORY = 300 * 1024 * 1024
LONGEST_WAIT = 1.0
"""Seconds; a machine with nothing else to do needs a quarter of that."""


def costly(number: int) -> str:
    """A filter of 60 terms that all have to be looked at, like no other."""
    terms = [f'attributes.text = "*a{number}-{term}*b*"' for term in range(60)]
    return " OR ".join(terms)


def batch(round_: int, size: int, count: int = 1000) -> pb.BatchWriteItemsRequest:
    """*count* items of *size* bytes."""
    request = pb.BatchWriteItemsRequest()
    for number in range(count):
        attributes = Struct()
        attributes["text"] = "a" * size
        item = pb.Item(id=f"i{number}", name=f"{round_}", attributes=attributes)
        request.writes.add(replace=pb.ReplaceItemRequest(item=item))
    return request


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[ServerProcess, str]]:
    """A server as a process of its own."""
    address = f"127.0.0.1:{free_port()}"  # where each connection is a peer of its own
    with ServerProcess(folder, grpc=address) as server:
        await asyncio.to_thread(server.wait_until_serving)
        yield server, address


class Honest:
    """A client that asks for one item, again and again, and for nothing else."""

    def __init__(self, items: ItemServiceStub) -> None:
        self._items = items
        self.longest = 0.0
        self.answered = 0

    async def ask(self) -> None:
        """Ask until cancelled."""
        while True:
            began = time.perf_counter()
            await self._items.GetItem(pb.GetItemRequest(id="i1"), timeout=30)
            self.longest = max(self.longest, time.perf_counter() - began)
            self.answered += 1


async def begin(
    stub: ItemServiceStub, **fields: object
) -> aio.UnaryStreamCall[pb.WatchItemsRequest, pb.WatchItemsResponse]:
    """A watch that has begun."""
    call = stub.WatchItems(pb.WatchItemsRequest(**fields))  # type: ignore[arg-type]  # fields of it
    assert isinstance(await call.read(), pb.WatchItemsResponse)
    return call


async def size_of_next(
    watch: aio.UnaryStreamCall[pb.WatchItemsRequest, pb.WatchItemsResponse],
) -> int:
    """How large the next message is, which is not kept."""
    message = await watch.read()
    assert isinstance(message, pb.WatchItemsResponse)
    return message.ByteSize()


async def test_costly_filters_keep_no_other_call_waiting(folder: Path) -> None:
    async with served(folder) as (_, address), AsyncExitStack() as stack:
        channel = await stack.enter_async_context(aio.insecure_channel(address, OWN))
        other = await stack.enter_async_context(aio.insecure_channel(address, OWN))
        items = ItemServiceStub(channel)
        await items.BatchWriteItems(batch(0, 500))
        watches = [await begin(ItemServiceStub(other), filter=costly(n)) for n in range(100)]
        plain = await begin(items)
        honest = Honest(items)
        asking = asyncio.create_task(honest.ask())
        began = time.perf_counter()
        await ItemServiceStub(other).BatchWriteItems(batch(1, 500))
        told = await plain.read()
        assert isinstance(told, pb.WatchItemsResponse)
        plain_waited = time.perf_counter() - began
        while time.perf_counter() - began < 3:  # while the filters are at work
            await asyncio.wait([asking], timeout=0.1)
        asking.cancel()
        assert not any(watch.done() for watch in watches)
    assert max(honest.longest, plain_waited) < LONGEST_WAIT


async def test_a_large_commit_for_a_thousand_watches_takes_little_memory(folder: Path) -> None:
    async with served(folder) as (server, address), AsyncExitStack() as stack:
        channels = [
            await stack.enter_async_context(aio.insecure_channel(address, OWN)) for _ in range(10)
        ]
        items = ItemServiceStub(channels[0])
        asleep = [  # which take what fits into their windows, and no more
            await begin(ItemServiceStub(channels[9]), filter=f'name = "1" AND NOT id = "x{n}"')
            for n in range(900)
        ]
        awake = [
            await begin(ItemServiceStub(channels[n % 9]), filter=f'name = "1" AND NOT id = "y{n}"')
            for n in range(30)
        ]
        await items.BatchWriteItems(batch(1, 3900), timeout=30)
        told = asyncio.gather(*map(size_of_next, awake))
        most = 0
        while not told.done():
            await asyncio.wait([told], timeout=0.05)
            most = max(most, psutil.Process(server.pid).memory_info().rss)
        assert len(asleep) == 900
        assert min(told.result()) > 3_900_000
        assert most < MOST_MEMORY
