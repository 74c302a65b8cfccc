"""Watchers and writers of the feed, each kind in a process of its own.

All watchers of the generator share one event loop, and the time that it takes for one is
waited for by the others: so a message is decoded once, for all who are told the same.
"""

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Self

from grpc import aio

from benchmarks.example import example_message
from benchmarks.load.load import LoadFailed
from items.v1 import items_pb2 as pb
from items.v1 import items_pb2_grpc
from items_client.guarantees import verify

CHANNELS = 4
"""How many connections the watchers share."""

IN_FLIGHT = 16
"""How many calls of the writer wait at a time, at most."""

_OPTIONS = (("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0))

WATCH = "/items.v1.ItemService/WatchItems"

DISTINCT = 1000
"""How many different messages are remembered as decoded."""


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


class Told(NamedTuple):
    """What a message tells: the revisions it goes from and to, and each change's commit time."""

    message: pb.WatchItemsResponse
    first: int
    last: int
    commit_times: tuple[float, ...]

    @classmethod
    def by(cls, encoded: bytes) -> Self:
        """What the message *encoded* tells.

        Raises:
            LoadFailed: it misses a revision.
        """
        message = pb.WatchItemsResponse.FromString(encoded)
        commits = message.commits.commits
        if not commits:
            return cls(message, message.bookmark.revision + 1, message.bookmark.revision, ())
        first, last = commits[0].revision, commits[-1].revision
        if [commit.revision for commit in commits] != [*range(first, last + 1)]:
            raise LoadFailed(f"the revisions from {first} to {last} are not all in order")
        times = (_seconds(commit) for commit in commits for _ in commit.changes)
        return cls(message, first, last, tuple(times))


class Heard:
    """What a watcher heard, and when."""

    def __init__(self) -> None:
        self.arrivals: list[tuple[float, Told]] = []
        self.changes = 0
        self.revision: int | None = None

    def take(self, told: Told, now: float) -> None:
        """Take in a message that came at *now*.

        Raises:
            LoadFailed: a revision is missing or comes twice.
        """
        if self.revision is not None and told.first != self.revision + 1:
            raise LoadFailed(f"revision {told.first} came after {self.revision}")
        self.revision = told.last
        self.changes += len(told.commit_times)
        self.arrivals.append((now, told))

    @property
    def latencies(self) -> list[float]:
        """How long after its commit began it heard of each change."""
        return [now - then for now, told in self.arrivals for then in told.commit_times]


async def watch(
    address: str, watchers: int, changes: int, from_revision: int | None = None
) -> list[Heard]:
    """Watch with so many *watchers* until each has heard of so many *changes*.

    Every stream is checked for gaps and repetitions; if there are several, the first one
    for every guarantee, afterwards.

    Raises:
        LoadFailed: a stream has ended, or has broken a guarantee.
    """
    request = pb.WatchItemsRequest(from_revision=from_revision)
    heard = [Heard() for _ in range(watchers)]
    told_by = lru_cache(DISTINCT)(Told.by)  # most are told the same as the one before

    async def follow(channel: aio.Channel, one: Heard) -> None:
        async for encoded in _watching(channel, request):
            one.take(told_by(encoded), time.time())
            if one.changes >= changes:
                return

    async with _channels(address) as channels:
        try:
            await asyncio.gather(
                *(follow(channels[n % len(channels)], one) for n, one in enumerate(heard))
            )
        except aio.AioRpcError as error:
            raise LoadFailed(f"{error.code().name}: {error.details()}") from error
    if watchers > 1:
        _check(request, heard[0])
    return heard


def _check(request: pb.WatchItemsRequest, heard: Heard) -> None:
    complaints = verify([request, *(told.message for _, told in heard.arrivals)])
    if complaints:
        raise LoadFailed(f"{complaints[0]}")


def _watching(channel: aio.Channel, request: pb.WatchItemsRequest) -> AsyncIterable[bytes]:
    """A watch whose messages are left as they come."""
    return channel.unary_stream(WATCH, pb.WatchItemsRequest.SerializeToString)(request)


def _seconds(commit: pb.ItemChanges) -> float:
    return commit.commit_time.seconds + commit.commit_time.nanos / 1e9


async def write(address: str, writing: Writing, first: int = 0) -> float:
    """Create items from number *first* on, evenly spread; returns how many seconds it took."""
    waiting = asyncio.Semaphore(IN_FLIGHT)
    started = time.perf_counter()
    async with _channels(address) as channels, asyncio.TaskGroup() as calls:
        stubs = [items_pb2_grpc.ItemServiceStub(channel) for channel in channels]
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
async def _channels(address: str) -> AsyncIterator[list[aio.Channel]]:
    """Some connections."""
    async with AsyncExitStack() as stack:
        channels = []
        for _ in range(CHANNELS):
            channel = await stack.enter_async_context(aio.insecure_channel(address, _OPTIONS))
            await channel.channel_ready()
            channels.append(channel)
        yield channels
