"""The state of the parts, read when Prometheus asks, and of the store, within bounds."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from grpc_server.feed.hub import Hub
from grpc_server.reads.reader import Reader
from grpc_server.reads.replica import Standby, State
from grpc_server.sinks.sinks import Sinks
from grpc_server.writes.commit_time import Timekeeper
from grpc_server.writes.writer import Writer
from items.v1 import sinks_pb2 as pb

PATIENCE = 2.0
"""Seconds that the store has to tell of itself: Prometheus waits for 10 by default."""


@dataclass(frozen=True, slots=True)
class PartsCollector(Collector):
    """What the parts hold in memory; only numbers are read, so any thread may."""

    writer: Writer
    reader: Reader
    hub: Hub

    def collect(self) -> Iterable[Metric]:
        """One number each."""
        yield _gauge("items_waiting_writes", "Writes that wait for a commit.", self.writer.waiting)
        yield _gauge("items_waiting_reads", "Ids that wait for a query.", self.reader.waiting)
        yield _gauge(
            "items_feed_revision", "The newest revision that watchers are told.", self.hub.revision
        )
        yield _gauge("items_feed_held_bytes", "Memory of the newest commits.", self.hub.held_bytes)
        yield _gauge(
            "items_feed_idle_watchers", "Watchers that have been told all.", self.hub.waiting
        )


@dataclass(frozen=True, slots=True)
class StandbyCollector(Collector):
    """What is known of the standby, if there is one."""

    standby: Standby | None

    def collect(self) -> Iterable[Metric]:
        """Whether it is read from, and how far it has come."""
        is_read = self.standby is not None and self.standby.state is State.READ
        revision = self.standby.revision if self.standby is not None else 0
        yield _gauge("items_standby_read", "1 if reads go to the standby of the store.", is_read)
        yield _gauge(
            "items_standby_revision", "The newest revision that the standby has shown.", revision
        )


@dataclass(frozen=True, slots=True)
class ClockCollector(Collector):
    """Whether the clock that dates commits is trusted, and how far it has jumped."""

    timekeeper: Timekeeper

    def collect(self) -> Iterable[Metric]:
        """Two numbers; only these are read, so any thread may."""
        yield _gauge(
            "items_clock_trusted",
            "1 if the clock that dates commits is neither in doubt nor has jumped.",
            self.timekeeper.is_trusted,
        )
        yield _gauge(
            "items_clock_jump_seconds",
            "How far that clock has jumped; the server does not follow it.",
            self.timekeeper.offset.total_seconds(),
        )


@dataclass(frozen=True, slots=True)
class StoreCollector(Collector):
    """What the database says, asked on *loop*; of a store that does not answer, only that."""

    sinks: Sinks
    loop: asyncio.AbstractEventLoop

    def collect(self) -> Iterable[Metric]:
        """The revisions, and each sink."""
        found = self._listed()
        yield _gauge(
            "items_store_up", f"1 if the store answers within {PATIENCE:g} s.", found is not None
        )
        yield from _revisions(found)
        yield from _sinks(found)

    def _listed(self) -> pb.ListSinksResponse | None:
        asked = asyncio.run_coroutine_threadsafe(self.sinks.list(), self.loop)
        try:
            return asked.result(PATIENCE)
        except Exception:  # noqa: BLE001  # whatever it is, the store does not answer
            asked.cancel()
            return None


def _revisions(found: pb.ListSinksResponse | None) -> Iterator[Metric]:
    newest = GaugeMetricFamily("items_store_revision", "The newest revision of the store.")
    oldest = GaugeMetricFamily("items_store_oldest_revision", "The oldest revision that is kept.")
    if found is not None:
        newest.add_metric((), found.revision)
        oldest.add_metric((), found.oldest_revision)
    return iter((newest, oldest))


def _sinks(found: pb.ListSinksResponse | None) -> Iterator[Metric]:
    revision = _per_sink("items_sink_revision", "Up to it, the sink has published all.")
    lag = _per_sink("items_sink_lag_revisions", "Revisions that the sink still has to publish.")
    parked = _per_sink("items_sink_parked_events", "Events that the sink did not publish.")
    failing = _per_sink("items_sink_failing", "1 if the relay of the sink reports a failure.")
    state = _per_sink("items_sink_state", "1 for the state that the sink is in.", "state")
    answer = found or pb.ListSinksResponse()
    for sink in answer.sinks:
        revision.add_metric((sink.name,), sink.revision)
        lag.add_metric((sink.name,), answer.revision - sink.revision)
        parked.add_metric((sink.name,), sink.parked_count)
        failing.add_metric((sink.name,), bool(sink.last_error))
        for value in _STATES:
            state.add_metric((sink.name, _state(value)), sink.state == value)
    return iter((revision, lag, parked, failing, state))


_STATES = (pb.SINK_STATE_ACTIVE, pb.SINK_STATE_IDLE, pb.SINK_STATE_LOST)


def _state(value: pb.SinkState.ValueType) -> str:
    return pb.SinkState.Name(value).removeprefix("SINK_STATE_")


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _per_sink(name: str, about: str, *more: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, labels=("sink", *more))
