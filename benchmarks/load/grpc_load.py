"""gRPC load: callers that each wait for one answer before they ask again."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from grpc import aio

from benchmarks.example import example_id, example_message
from benchmarks.load.load import Load, LoadFailed, Operation, Sample
from items.v1 import items_pb2 as pb
from items.v1 import items_pb2_grpc

CHANNELS = 4
"""How many connections the callers share; with one, the client becomes the bottleneck."""

_OPTIONS = (("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0))

Call = Callable[[str], Awaitable[pb.Item]]
"""Gets or creates the item with an id."""


async def grpc_load(load: Load) -> Sample:
    """Send *load* over a few channels, connected before the clock starts.

    Raises:
        LoadFailed: an answer was an error, or about another item.
    """
    latencies: list[float] = []
    ids = _ids(load)
    tickets = load.limit.tickets()

    async def caller(call: Call) -> None:
        for number in tickets:
            item_id = ids(number)
            sent = time.perf_counter()
            item = await call(item_id)
            latencies.append(time.perf_counter() - sent)
            if item.id != item_id:
                raise LoadFailed(f"asked for {item_id}, answered with {item.id}")

    async with _calls(load) as calls:
        started = time.perf_counter()
        try:
            await asyncio.gather(*(caller(calls[n % len(calls)]) for n in range(load.in_flight)))
        except aio.AioRpcError as error:
            raise LoadFailed(f"{error.code().name}: {error.details()}") from error
        return Sample.of(latencies, time.perf_counter() - started)


def _ids(load: Load) -> Callable[[int], str]:
    if load.operation is Operation.CREATE:
        return lambda number: example_id(load.prefix, number)
    known = [example_id(load.prefix, number) for number in range(load.known)]
    return lambda number: known[number % load.known]


@asynccontextmanager
async def _calls(load: Load) -> AsyncIterator[list[Call]]:
    """The call of the operation, over each of the channels."""
    async with AsyncExitStack() as stack:
        calls = []
        for _ in range(min(CHANNELS, load.in_flight)):
            channel = await stack.enter_async_context(aio.insecure_channel(load.address, _OPTIONS))
            await channel.channel_ready()
            calls.append(_call(items_pb2_grpc.ItemServiceStub(channel), load.operation))
        yield calls


def _call(stub: items_pb2_grpc.ItemServiceStub, operation: Operation) -> Call:
    if operation is Operation.GET:
        return lambda item_id: stub.GetItem(pb.GetItemRequest(id=item_id))
    template = example_message("placeholder")

    def create(item_id: str) -> Awaitable[pb.Item]:
        request = pb.CreateItemRequest(item=template)
        request.item.id = item_id
        return stub.CreateItem(request)

    return create
