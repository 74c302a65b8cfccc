"""The composition root: settings, store, catalogue, interceptors, server."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
import uuid_utils
import uvloop
from grpc import aio
from grpc_health.v1 import health, health_pb2_grpc

from grpc_server.catalog import Catalog
from grpc_server.database.errors import StoreError
from grpc_server.database.opening import open_store
from grpc_server.database.replica import standby_at
from grpc_server.database.store import Head, Store
from grpc_server.feed.encoder import Encoders
from grpc_server.feed.hub import Hub
from grpc_server.feed.stalled_watches import Stalls
from grpc_server.feed.tail import tailing
from grpc_server.feed.watches import Feed
from grpc_server.filters.time_slices import Turns
from grpc_server.history.compaction import compacting
from grpc_server.history.retention import HistoryRetention
from grpc_server.history.sweeper import sweeping
from grpc_server.observer import UNOBSERVED, Observer
from grpc_server.reads.page_tokens import PageTokens
from grpc_server.reads.reader import CONNECTIONS, Reader
from grpc_server.reads.replica import Bounds, Standby
from grpc_server.reads.replicated import Reads
from grpc_server.reads.watermark import Watermark
from grpc_server.serving import connections
from grpc_server.serving.interceptors.access_log import access_log
from grpc_server.serving.interceptors.chain import Chain
from grpc_server.serving.interceptors.correlation_id import correlation_id
from grpc_server.serving.interceptors.deadline import deadline
from grpc_server.serving.interceptors.decoding import decoding
from grpc_server.serving.interceptors.errors import errors, unknown_method
from grpc_server.serving.interceptors.request_memory import Room, room
from grpc_server.serving.interceptors.unread_answers import Unsent, unsent
from grpc_server.serving.interceptors.validation import validation
from grpc_server.serving.item_servicer import ItemServicer
from grpc_server.serving.metrics.metrics import Metrics
from grpc_server.serving.readiness import Readiness, watched
from grpc_server.serving.recovery import LastingServer
from grpc_server.serving.reflection import add_reflection
from grpc_server.serving.sink_servicer import SinkServicer
from grpc_server.serving.status import describe
from grpc_server.serving.transport import make_server
from grpc_server.settings import Settings
from grpc_server.sinks.sinks import Sinks
from grpc_server.writes.commit_time import Timekeeper
from grpc_server.writes.units import Retention
from grpc_server.writes.writer import Writer
from items.v1 import items_pb2, items_pb2_grpc, sinks_pb2, sinks_pb2_grpc
from items_runtime.calls import CallMetrics
from items_runtime.configuration.extras import MissingExtra
from items_runtime.configuration.passwords import without_password
from items_runtime.garbage import settle
from items_runtime.metrics import metrics_served
from items_runtime.process import failures_told, prepare
from items_runtime.supervision import Supervisor

DESCRIPTORS = (
    items_pb2.DESCRIPTOR.services_by_name["ItemService"],
    sinks_pb2.DESCRIPTOR.services_by_name["SinkService"],
)
SERVICES = tuple(service.full_name for service in DESCRIPTORS)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one server, running: the servicers, health checks and metrics use them."""

    catalog: Catalog
    feed: Feed
    sinks: Sinks
    reader: Reader
    writer: Writer
    standby: Standby | None
    supervisor: Supervisor


@asynccontextmanager
async def open_items(
    settings: Settings,
    store: Store,
    clock: Callable[[], datetime] | None = None,
    observer: Observer = UNOBSERVED,
) -> AsyncIterator[Parts]:
    """Run the reader, writer, tail, sweeper and compactor of *store* within the block.

    *observer* is notified of their work. *clock* dates the commits and is trusted as it is,
    unless it is a Timekeeper: that one checks the clock of the database, or of this machine,
    for jumps. Without *clock*, a Timekeeper is used.
    """
    clock = clock or Timekeeper()
    head = await asyncio.to_thread(_head, store)
    watermark, hub = Watermark(head.revision), Hub(head.revision, settings.watch_buffer_bytes)
    supervisor = Supervisor(observer.task_failed)
    retention = Retention(settings.deleted_retention, settings.request_id_retention)
    history = HistoryRetention(
        settings.history_max_age, settings.history_max_revisions, settings.history_sink_bound
    )

    def seen() -> int:
        return watermark.revision

    async with (
        tailing(
            store, hub, watermark, settings.store_poll_interval, supervisor, observer
        ) as on_commit,
        Reader(store, observer, patience=settings.watch_snapshot_wait.total_seconds()) as reader,
        following(settings, head, watermark, supervisor, observer) as standby,
        Writer(store, clock, _new_id, on_commit, seen=seen, observer=observer) as writer,
        sweeping(writer, settings.sweep_interval, supervisor, observer),
        compacting(writer, history, settings.sweep_interval, supervisor, observer),
    ):
        tokens, turns = PageTokens(head.token_key), Turns()
        reads = Reads(reader, watermark, settings.min_revision_wait, standby)
        interval = settings.watch_bookmark_interval
        stalls = Stalls(settings.watch_stall_timeout.total_seconds(), connections.cut)
        yield Parts(
            Catalog(reads, writer, tokens, describe, retention, turns),
            Feed(
                hub,
                reader,
                reads,
                head.store_id,
                interval,
                settings.watch_limit,
                stalls,
                Encoders(stalls.room, turns),
                observer=observer,
            ),
            Sinks(reader, writer, tokens, clock),
            reader,
            writer,
            standby,
            supervisor,
        )


@asynccontextmanager
async def following(
    settings: Settings,
    head: Head,
    watermark: Watermark,
    supervisor: Supervisor,
    observer: Observer,
) -> AsyncIterator[Standby | None]:
    """Connect to the read replica within the block; yield None if the settings name none."""
    if settings.read_store is None:
        yield None
        return
    bounds = Bounds(
        settings.read_store_wait.total_seconds(), settings.read_store_max_lag.total_seconds()
    )
    opens = standby_at(settings.read_store, settings.store_timeout.total_seconds())
    async with Standby(
        opens, head, watermark, bounds, supervisor=supervisor, observer=observer
    ) as standby:
        yield standby


def interceptors(settings: Settings, calls: CallMetrics) -> Chain:
    """Return the interceptors around each call, outermost first."""
    return Chain(
        SERVICES,
        outer=(
            correlation_id,  # the log lines of all that follow carry it
            access_log(calls),  # logs and counts the code that the client sees
        ),
        inner=(
            errors,  # turns the errors of all that follow into statuses
            deadline(settings.grpc_default_deadline, settings.grpc_max_deadline),
            unsent(Unsent()),  # inside errors: counts answers of the catalogue, not statuses
            room(Room()),  # before decoding, which multiplies the memory of a request
            decoding,  # here, not in grpc.aio, which answers malformed bytes with INTERNAL
            validation,  # innermost: the catalogue sees only requests within the limits
        ),
        unknown=unknown_method,
    )


@asynccontextmanager
async def serving(
    settings: Settings, clock: Callable[[], datetime] | None = None
) -> AsyncIterator[str]:
    """Serve within the block; yield the address, with the port that the server listens on.

    *clock* dates each commit, on the writer's thread, and is trusted.

    The exit is a graceful shutdown: health checks turn to NOT_SERVING, calls under way get
    time to end, and queued writes are committed.

    Raises:
        StoreError: the store cannot be opened.
        OSError: the address cannot be listened on.
        MissingExtra: the engine is not installed.
    """
    metrics, timekeeper = Metrics(DESCRIPTORS), Timekeeper()
    with closing(await asyncio.to_thread(_open_store, settings)) as store:
        async with (
            open_items(settings, store, clock or timekeeper, metrics.work) as parts,
            metrics_served(
                metrics.of(parts.writer, parts.feed, parts.sinks, parts.standby, timekeeper),
                settings.grpc_metrics,
            ),
        ):
            checks = health.aio.HealthServicer()
            make = partial(_item_server, settings, parts, checks, metrics.calls)
            grace = settings.grpc_drain.total_seconds()
            async with LastingServer(
                make, parts.supervisor, settings.grpc, grace, settings.grpc_own
            ) as address:
                readiness = Readiness(
                    parts.reader, parts.writer, checks, SERVICES, parts.supervisor
                )
                try:
                    async with watched(readiness, parts.supervisor):
                        yield address
                finally:
                    await checks.enter_graceful_shutdown()
                    await asyncio.sleep(settings.grpc_lame_duck.total_seconds())
                    parts.feed.hub.close()


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with serving(settings) as address:
        store = without_password(settings.store)
        _log.info("serving", grpc=address, store=store, engine=settings.grpc_engine)
        settle()
        await stop.wait()
        _log.info("draining", at_most=settings.grpc_drain.total_seconds())
    _log.info("stopped")


def main() -> None:
    """Run the server with settings from flags and ITEMS_* variables."""
    settings = prepare(Settings, "python -m grpc_server")
    with failures_told(settings.log_format, StoreError, OSError, MissingExtra):
        uvloop.run(run(settings))


def _head(store: Store) -> Head:
    with store.read() as reading:
        return reading.head()


def _open_store(settings: Settings) -> Store:
    return open_store(
        settings.store,
        readers=CONNECTIONS + 1,  # one more for the tail, which follows other servers
        patience=settings.store_timeout.total_seconds(),
        notify=settings.store_notify,
    )


def _new_id() -> str:
    return str(uuid_utils.uuid7())


def _item_server(
    settings: Settings, parts: Parts, checks: health.aio.HealthServicer, calls: CallMetrics
) -> aio.Server:
    """Return a server with all services, not yet listening."""
    server = make_server(
        settings.grpc_engine,
        [interceptors(settings, calls)],
        settings.grpc_max_message_bytes,
        reuse_port=settings.grpc_reuse_port,
    )
    items = ItemServicer(parts.catalog, parts.feed)
    items_pb2_grpc.add_ItemServiceServicer_to_server(items, server)
    sinks_pb2_grpc.add_SinkServiceServicer_to_server(SinkServicer(parts.sinks), server)
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    add_reflection((*SERVICES, health.SERVICE_NAME), server)
    return server
