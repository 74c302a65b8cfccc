"""Watchers and writers of the feed, each kind in a process of its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from grpc import aio

from benchmarks.example import example_message
from benchmarks.load import LoadFailed
from items.v1 import items_pb2 as pb
from items.v1 import items_pb2_grpc
from items_client.guarantees import Verifier

CHANNELS = 4
"""How many connections the watchers share."""

IN_FLIGHT = 16
"""How many calls of the writer wait at a time, at most."""

_OPTIONS = (("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0))

Stubs = list[items_pb2_grpc.ItemServiceStub]


@dataclass(frozen=True, slots=True)
class Writing:
    """*rate* changes a second for *seconds*, *batch* of them in a call, each a revision."""

    rate: int
    seconds: float
    batch: int

    @property
    def changes(self) -> int:
        """How many changes it makes."""
        return int(self.rate * self.seconds) // self.batch * self.batch


@dataclass(slots=True)
class Heard:
    """What a watcher heard: how long after its commit began it heard of each change."""

    latencies: list[float] = field(default_factory=list)
    messages: int = 0
    revision: int = 0

    def take(self, message: pb.WatchItemsResponse, now: float) -> None:
        """Take in *message*, which came at *now*.

        Raises:
            LoadFailed: a revision is missing or comes twice.
        """
        self.messages += 1
        if message.HasField("bookmark"):
            self.revision = message.bookmark.revision
        for commit in message.commits.commits:
            if commit.revision != self.revision + 1:
                raise LoadFailed(f"revision {commit.revision} came after {self.revision}")
            self.revision = commit.revision
            time_of_commit = commit.commit_time.seconds + commit.commit_time.nanos / 1e9
            self.latencies.extend([now - time_of_commit] * len(commit.changes))


async def watch(
    address: str, watchers: int, changes: int, from_revision: int | None = None
) -> list[Heard]:
    """Watch with so many *watchers* until each has heard of so many *changes*.

    Every stream is checked for gaps and repetitions; if there are several, the first one
    for every guarantee.

    Raises:
        LoadFailed: a stream has ended, or has broken a guarantee.
    """
    request = pb.WatchItemsRequest(from_revision=from_revision)
    heard = [Heard() for _ in range(watchers)]
    complaints: list[object] = []
    verifier = Verifier(complaints.append)
    verifier.asked(request)

    async def follow(stub: items_pb2_grpc.ItemServiceStub, one: Heard) -> None:
        async for message in stub.WatchItems(request):
            one.take(message, time.time())
            if one is heard[0] and watchers > 1:
                verifier.received(message)
            if len(one.latencies) >= changes:
                return

    async with _stubs(address) as stubs:
        try:
            await asyncio.gather(
                *(follow(stubs[n % len(stubs)], one) for n, one in enumerate(heard))
            )
        except aio.AioRpcError as error:
            raise LoadFailed(f"{error.code().name}: {error.details()}") from error
    if complaints:
        raise LoadFailed(f"{complaints[0]}")
    return heard


async def write(address: str, writing: Writing, first: int = 0) -> float:
    """Create items from number *first* on, evenly spread; returns how many seconds it took."""
    waiting = asyncio.Semaphore(IN_FLIGHT)
    started = time.perf_counter()
    async with _stubs(address) as stubs, asyncio.TaskGroup() as calls:
        for number, request in enumerate(_batches(writing, first)):
            due = started + number * writing.batch / writing.rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await waiting.acquire()
            call = calls.create_task(_write(stubs[number % len(stubs)], request))
            call.add_done_callback(lambda _: waiting.release())
    return time.perf_counter() - started


async def _write(stub: items_pb2_grpc.ItemServiceStub, request: pb.BatchWriteItemsRequest) -> None:
    answer = await stub.BatchWriteItems(request)
    if any(result.HasField("error") for result in answer.results):
        raise LoadFailed("a write was refused")


def _batches(writing: Writing, first: int) -> Iterator[pb.BatchWriteItemsRequest]:
    item = example_message("placeholder")
    for start in range(first, first + writing.changes, writing.batch):
        request = pb.BatchWriteItemsRequest(allow_partial=True)
        for number in range(start, start + writing.batch):
            created = request.writes.add().create.item
            created.CopyFrom(item)
            created.id = f"item-{number:09d}"
        yield request


@asynccontextmanager
async def _stubs(address: str) -> AsyncIterator[Stubs]:
    """A stub over each of the channels, connected."""
    async with AsyncExitStack() as stack:
        stubs: Stubs = []
        for _ in range(CHANNELS):
            channel = await stack.enter_async_context(aio.insecure_channel(address, _OPTIONS))
            await channel.channel_ready()
            stubs.append(items_pb2_grpc.ItemServiceStub(channel))
        yield stubs
