"""The load on several replicas: callers that each wait for one answer before they ask again.

All callers are in one process, which is not the one that measures.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing import get_context
from typing import NamedTuple

import uvloop
from grpc import aio

from benchmarks.example import SEED, example_id, example_message
from benchmarks.load.load import Limit, LoadFailed, Sample
from items.v1 import items_pb2 as pb
from items.v1 import items_pb2_grpc

CHANNELS = 4
"""How many connections there are to all replicas together, if these are not more."""

BATCH = 50
"""Writes in a call that has several."""

PAGE = 50
"""Items in a page of a list."""

PATIENCE = 30.0
"""Seconds that the last answers may take."""

_OPTIONS = (("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0))


class Ask(StrEnum):
    """What each call asks for."""

    CREATE = "create"
    BATCH = f"batch of {BATCH} creates"
    GET = "get"
    LIST = f"list of {PAGE}"

    @property
    def writes(self) -> int:
        """How many writes a call makes."""
        return {Ask.CREATE: 1, Ask.BATCH: BATCH}.get(self, 0)


@dataclass(frozen=True, slots=True)
class Load:
    """Calls to *addresses* in turn, *in_flight* of them at a time in all.

    What writes makes the items of the series *prefix*; a get asks for one of *known* items.
    """

    ask: Ask
    addresses: tuple[str, ...]
    in_flight: int
    limit: Limit
    prefix: str
    known: int


class Loaded(NamedTuple):
    """What came of a load, and the processor seconds that the load itself took."""

    sample: Sample
    processor: float


Generate = Callable[[Load], Loaded]
"""Sends a load and returns what came of it; raises LoadFailed."""

Call = Callable[[int], Awaitable[None]]
"""Makes the call of a number; raises LoadFailed if the answer is not the expected one."""


@contextmanager
def generator() -> Iterator[Generate]:
    """A running load generator, which ends with the block."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        yield lambda load: process.submit(_generate, load).result()


def _generate(load: Load) -> Loaded:
    return uvloop.run(_bounded(load))


async def _bounded(load: Load) -> Loaded:
    try:
        async with asyncio.timeout(load.limit.seconds + PATIENCE):
            return await send(load)
    except OSError as error:  # a timeout is one, too
        raise LoadFailed(f"{load.addresses} do not answer: {error!r}") from error


async def send(load: Load) -> Loaded:
    """Send *load*, over connections that are there before the clock starts.

    Raises:
        LoadFailed: an answer was an error, or not the expected one.
    """
    latencies: list[float] = []
    tickets = load.limit.tickets()

    async def caller(call: Call) -> None:
        for number in tickets:
            sent = time.perf_counter()
            await call(number)
            latencies.append(time.perf_counter() - sent)

    async with _calls(load) as calls:
        started, used = time.perf_counter(), time.process_time()
        try:
            await asyncio.gather(*(caller(calls[n % len(calls)]) for n in range(load.in_flight)))
        except aio.AioRpcError as error:
            raise LoadFailed(f"{error.code().name}: {error.details()}") from error
        sample = Sample.of(latencies, time.perf_counter() - started)
        return Loaded(sample, time.process_time() - used)


@asynccontextmanager
async def _calls(load: Load) -> AsyncIterator[list[Call]]:
    """The call of the load, over each of the connections."""
    async with AsyncExitStack() as stack:
        calls = []
        for number in range(max(len(load.addresses), min(CHANNELS, load.in_flight))):
            address = load.addresses[number % len(load.addresses)]
            channel = await stack.enter_async_context(aio.insecure_channel(address, _OPTIONS))
            await channel.channel_ready()
            calls.append(_call(items_pb2_grpc.ItemServiceStub(channel), load))
        yield calls


def _call(stub: items_pb2_grpc.ItemServiceStub, load: Load) -> Call:
    match load.ask:
        case Ask.CREATE:
            return _create(stub, load.prefix)
        case Ask.BATCH:
            return _batch(stub, load.prefix)
        case Ask.GET:
            return _get(stub, load.known)
        case Ask.LIST:
            return _list(stub)


def _create(stub: items_pb2_grpc.ItemServiceStub, prefix: str) -> Call:
    template = example_message("placeholder")

    async def create(number: int) -> None:
        request = pb.CreateItemRequest(item=template)
        request.item.id = example_id(prefix, number)
        answer = await stub.CreateItem(request)
        _expect(answer.id == request.item.id)

    return create


def _batch(stub: items_pb2_grpc.ItemServiceStub, prefix: str) -> Call:
    template = pb.BatchWriteItemsRequest(allow_partial=True)
    for _ in range(BATCH):
        template.writes.add().create.item.CopyFrom(example_message("placeholder"))

    async def batch(number: int) -> None:
        request = pb.BatchWriteItemsRequest()
        request.CopyFrom(template)  # the call has not yet read it when the next one is made
        for place, write in enumerate(request.writes):
            write.create.item.id = example_id(prefix, number * BATCH + place)
        answer = await stub.BatchWriteItems(request)
        _expect(sum(result.HasField("item") for result in answer.results) == BATCH)

    return batch


def _get(stub: items_pb2_grpc.ItemServiceStub, known: int) -> Call:
    ids = [example_id(SEED, number) for number in range(known)]

    async def get(number: int) -> None:
        wanted = ids[number % known]
        answer = await stub.GetItem(pb.GetItemRequest(id=wanted))
        _expect(answer.id == wanted)

    return get


def _list(stub: items_pb2_grpc.ItemServiceStub) -> Call:
    async def page(_: int) -> None:
        answer = await stub.ListItems(pb.ListItemsRequest(page_size=PAGE))
        _expect(len(answer.items) == PAGE)

    return page


def _expect(is_so: bool) -> None:
    if not is_so:
        raise LoadFailed("an answer was not about what was asked for")
