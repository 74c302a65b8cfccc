"""The gRPC server behind the facade: the channel, and calls through it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from google.protobuf.message import Message
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from items_runtime.balancing import balanced
from rest_facade.metrics.metrics import Metrics
from rest_facade.settings import Settings
from rest_facade.upstream.coalescing import Limits
from rest_facade.upstream.item_reads import ItemReads
from rest_facade.upstream.item_writes import ItemWrites
from rest_facade.upstream.measured_stub import encoded_watch, measured_stub
from rest_facade.upstream.readiness import one_serves

SERVICE = "items.v1.ItemService"

CHANNEL_OPTIONS: tuple[tuple[str, Any], ...] = (
    # The server bounds what it answers; a page of large items is larger than 4 MiB.
    ("grpc.max_receive_message_length", -1),
    # A server that vanished without a word is noticed within half a minute.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # A server that comes back is found within a second or two.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # In spite of its name, how long one attempt to connect may take: a busy server is slow.
    ("grpc.min_reconnect_backoff_ms", 5_000),
    # A stream is sent no more than 64 KiB that nobody has asked for; by probing, megabytes.
    ("grpc.http2.bdp_probe", 0),
    ("grpc.primary_user_agent", "item-service-rest"),
)

READ_LIMITS = (256, 1 << 20)
"""Gets in a batch, and bytes of ids: 256 of the largest items are some 40 MiB."""

WRITE_LIMITS = (1000, 1 << 20)
"""Writes in a batch, and bytes of them: well below the 4 MiB that a server reads."""

Answer = TypeVar("Answer", bound=Message)


class Upstream:
    """Calls of the item service, alone or coalesced.

    A call fails fast while the server cannot be reached: the caller is told at once, and
    decides whether to wait.
    """

    def __init__(self, channel: aio.Channel, settings: Settings, metrics: Metrics) -> None:
        self.stub = measured_stub(channel, metrics.upstream)
        self.watch = encoded_watch(channel, metrics.upstream)
        reads, writes = metrics.batches.reads, metrics.batches.writes
        self.reads = ItemReads(self.stub, _limits(settings, *READ_LIMITS), reads)
        self.writes = ItemWrites(self.stub, _limits(settings, *WRITE_LIMITS), writes)
        reads.read(lambda: self.reads.waiting)
        writes.read(lambda: self.writes.waiting)
        self._health = health_pb2_grpc.HealthStub(channel)

    async def is_serving(self) -> bool:
        """Return whether a server reports that it serves items, within two seconds."""
        request = health_pb2.HealthCheckRequest(service=SERVICE)
        return await one_serves(lambda seconds: self._health.Check(request, timeout=seconds))


@asynccontextmanager
async def open_upstream(settings: Settings, metrics: Metrics) -> AsyncIterator[Upstream]:
    """Open the channel to the servers in *settings*; count its calls in *metrics*.

    The batches under way end before the channel.
    """
    options = balanced(settings.upstream, CHANNEL_OPTIONS)
    async with aio.insecure_channel(settings.upstream, options=options) as channel:
        channel.get_state(try_to_connect=True)  # the first call need not wait for it
        upstream = Upstream(channel, settings, metrics)
        try:
            yield upstream
        finally:
            await upstream.reads.close()
            await upstream.writes.close()


def _limits(settings: Settings, questions: int, size: int) -> Limits:
    return Limits(
        questions,
        size,
        settings.rest_batch_calls,
        settings.rest_max_waiting,
        settings.rest_max_held_bytes,
    )
