"""Many watchers: what a thousand idle ones weigh."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
from grpc import aio

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.processes import ServerProcess

WATCHERS = 1000
CHANNELS = 10
LIMIT = 50_000_000
OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]


async def test_a_thousand_idle_watchers_cost_less_than_50_mb(folder: Path) -> None:
    with ServerProcess(folder) as server:
        await asyncio.to_thread(server.wait_until_serving)
        async with AsyncExitStack() as stack:
            stubs = [
                ItemServiceStub(
                    await stack.enter_async_context(
                        aio.insecure_channel(server.address, OWN_CONNECTION)
                    )
                )
                for _ in range(CHANNELS)
            ]
            await asyncio.gather(*(begin(stub) for stub in stubs))
            before = memory(server)
            calls = await asyncio.gather(*(begin(stubs[n % CHANNELS]) for n in range(WATCHERS)))
            assert memory(server) - before < LIMIT
            assert not any(call.done() for call in calls)


async def begin(
    stub: ItemServiceStub,
) -> aio.UnaryStreamCall[pb.WatchItemsRequest, pb.WatchItemsResponse]:
    """A watch that has begun."""
    call = stub.WatchItems(pb.WatchItemsRequest())
    assert isinstance(await call.read(), pb.WatchItemsResponse)
    return call


def memory(server: ServerProcess) -> int:
    """The resident set of the server, in bytes."""
    return int(psutil.Process(server.pid).memory_info().rss)
