"""What may be done to a sink, as pure decisions on (current sink, request, head, now).

A sink has a cursor, which moves on only, and a lease, by which one relay at a time
publishes. A lease is known by its epoch: when it has expired it still counts, until
another one takes the sink, and then nothing can be done by it any more. Given sinks
are never changed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from grpc_server.database.store import Head
from grpc_server.items.errors import (
    LeaseLost,
    RevisionNotNext,
    SinkHeld,
    SinkNotFound,
    TooManySinks,
)
from grpc_server.reads.revision_bounds import check_kept, check_written
from grpc_server.writes.commit_time import JUMP
from items.v1 import sinks_pb2 as pb

SinkRequest = (
    pb.AcquireSinkRequest
    | pb.AdvanceSinkRequest
    | pb.ParkEventRequest
    | pb.ReleaseSinkRequest
    | pb.ReplaySinkRequest
    | pb.SkipRevisionRequest
)

MAX_SINKS = 100
"""How many sinks a store has at most: each holds history back, and all are read together."""

LONGEST_LEASE = timedelta(minutes=5)
"""As the contract has it: the rule of lease_duration."""

WHOLE_REVISION = -1
"""The ordinal of a parked event that stands for all changes of its revision."""


@dataclass(frozen=True, slots=True)
class SinkUpdate:
    """The sink as it is to be, what is to be parked, and after which revision nothing is."""

    sink: pb.Sink
    parked: pb.ParkedEvent | None = None
    unparked_after: int | None = None


def decide(current: pb.Sink | None, request: SinkRequest, head: Head, now: datetime) -> SinkUpdate:
    """Decide any of the six.

    Raises:
        CatalogError: the request is refused; each of the six says why.
    """
    match request:
        case pb.AcquireSinkRequest():
            return SinkUpdate(acquire(current, request, head, now))
        case pb.AdvanceSinkRequest():
            return SinkUpdate(advance(current, request, head, now))
        case pb.ParkEventRequest():
            return park(current, request, head, now)
        case pb.ReleaseSinkRequest():
            return SinkUpdate(release(current, request))
        case pb.ReplaySinkRequest():
            return replay(current, request, head, now)
        case pb.SkipRevisionRequest():
            return skip(current, request, head, now)


def acquire(
    current: pb.Sink | None, request: pb.AcquireSinkRequest, head: Head, now: datetime
) -> pb.Sink:
    """The sink, held by who asks; a new one is at the revision that is asked for, or at the head.

    Raises:
        SinkHeld: the lease of another holder lasts.
        RevisionInFuture: the sink is new, and its revision has not been written yet.
        RevisionCompacted: the sink is new, and what comes after its revision is not kept.
    """
    if current is None:
        sink = pb.Sink(name=request.name, revision=_start(request, head))
    else:
        sink = _copy(current)
    if current is None or not is_held(current, now):
        sink.epoch = _epoch(current, now)
    elif current.holder != request.holder:
        raise _held(current)
    sink.holder = request.holder
    sink.lease_expire_time.CopyFrom(_end(now, request.lease_duration))
    return sink


def advance(
    current: pb.Sink | None, request: pb.AdvanceSinkRequest, head: Head, now: datetime
) -> pb.Sink:
    """The sink with its cursor moved on, and its lease renewed.

    Raises:
        SinkNotFound: there is none.
        LeaseLost: the lease is not that of the epoch.
        RevisionInFuture: the revision has not been written yet.
    """
    sink = _leased(current, request)
    check_written(head, request.revision)
    if request.revision > sink.revision:
        sink.revision = request.revision
        sink.advance_time.FromDatetime(now)
    sink.lease_expire_time.CopyFrom(_end(now, request.lease_duration))
    sink.last_error = request.last_error
    return sink


def park(
    current: pb.Sink | None, request: pb.ParkEventRequest, head: Head, now: datetime
) -> SinkUpdate:
    """The sink as it is, and the event to keep.

    Raises:
        SinkNotFound: there is none.
        LeaseLost: the lease is not that of the epoch.
        RevisionInFuture: the revision has not been written yet.
    """
    sink = _leased(current, request)
    check_written(head, request.revision)
    return SinkUpdate(sink, parked=_event(request.revision, request.ordinal, request.why, now))


def release(current: pb.Sink | None, request: pb.ReleaseSinkRequest) -> pb.Sink:
    """The sink without a holder; as it is, if the lease is not that of the epoch.

    Raises:
        SinkNotFound: there is none.
    """
    sink = _existing(current, request.name)
    if sink.epoch == request.epoch:
        _take_lease_away(sink)
    return sink


def replay(
    current: pb.Sink | None, request: pb.ReplaySinkRequest, head: Head, now: datetime
) -> SinkUpdate:
    """The sink at an earlier or later revision, with nothing parked after it, and no lease.

    Raises:
        SinkNotFound: there is none.
        RevisionInFuture: the revision has not been written yet.
        RevisionCompacted: what comes after it is no longer kept.
    """
    sink = _existing(current, request.name)
    check_kept(head, request.from_revision, first=request.from_revision + 1)
    _move(sink, request.from_revision, now)
    return SinkUpdate(sink, unparked_after=request.from_revision)


def skip(
    current: pb.Sink | None, request: pb.SkipRevisionRequest, head: Head, now: datetime
) -> SinkUpdate:
    """The sink past its next revision, which is kept as parked, and no lease.

    Revisions that a restore has left out are stepped over.

    Raises:
        SinkNotFound: there is none.
        RevisionNotNext: the revision is not the next one of the sink.
        RevisionInFuture: the revision has not been written yet.
    """
    sink = _existing(current, request.name)
    following = head.next_revision(sink.revision)
    if request.revision != following:
        raise RevisionNotNext(
            f"the next revision of the sink is {following}, not {request.revision}",
            metadata={"revision": str(following)},
        )
    check_written(head, request.revision)
    _move(sink, request.revision, now)
    return SinkUpdate(sink, parked=_event(request.revision, WHOLE_REVISION, request.why, now))


def refuse_held(current: pb.Sink | None, name: str, now: datetime) -> None:
    """Pass if the sink can be deleted.

    Raises:
        SinkNotFound: there is none.
        SinkHeld: a lease lasts.
    """
    if is_held(_existing(current, name), now):
        raise _held(_existing(current, name))


def check_room(sinks: int) -> None:
    """Pass if a store that has *sinks* sinks may have another one.

    Raises:
        TooManySinks: it has as many as it may have.
    """
    if sinks >= MAX_SINKS:
        raise TooManySinks(f"the store has {sinks} sinks, the most that it may have; delete one")


def is_held(sink: pb.Sink, now: datetime) -> bool:
    """Whether a relay holds the sink: it has a lease that lasts.

    One that ends later than a lease can is of a clock that was wrong, and counts no more.
    """
    left = sink.lease_expire_time.ToDatetime(tzinfo=now.tzinfo) - now
    return bool(sink.holder) and timedelta(0) < left <= LONGEST_LEASE + JUMP


def is_lost(sink: pb.Sink, head: Head) -> bool:
    """Whether the next revision of the sink is no longer kept.

    What a restore has left out was never to be published.
    """
    return head.next_revision(sink.revision) < head.oldest_revision


def shown(sink: pb.Sink, head: Head, now: datetime) -> pb.Sink:
    """The sink as it is answered with: its store, and how it fares."""
    answer = _copy(sink)
    answer.store_id = head.store_id
    if is_lost(sink, head):
        answer.state = pb.SINK_STATE_LOST
    else:
        answer.state = pb.SINK_STATE_ACTIVE if is_held(sink, now) else pb.SINK_STATE_IDLE
    return answer


def _start(request: pb.AcquireSinkRequest, head: Head) -> int:
    if not request.HasField("from_revision"):
        return head.revision
    check_kept(head, request.from_revision, first=request.from_revision + 1)
    return request.from_revision


def _leased(
    current: pb.Sink | None, request: pb.AdvanceSinkRequest | pb.ParkEventRequest
) -> pb.Sink:
    sink = _existing(current, request.name)
    if sink.epoch != request.epoch or not sink.holder:
        raise LeaseLost(
            f"the lease of epoch {request.epoch} has ended; acquire the sink anew",
            metadata={"epoch": str(sink.epoch), "holder": sink.holder},
        )
    return sink


def _existing(current: pb.Sink | None, name: str) -> pb.Sink:
    """A copy of the sink."""
    if current is None:
        raise SinkNotFound(f"there is no sink `{name}`", metadata={"name": name})
    return _copy(current)


def _held(sink: pb.Sink) -> SinkHeld:
    end = sink.lease_expire_time.ToJsonString()
    return SinkHeld(
        f"`{sink.holder}` holds the sink until {end}",
        metadata={"holder": sink.holder, "lease_expire_time": end},
    )


def _move(sink: pb.Sink, revision: int, now: datetime) -> None:
    """Set the cursor by hand; who holds the sink must learn of it by losing the lease."""
    sink.revision = revision
    sink.advance_time.FromDatetime(now)
    sink.epoch = _epoch(sink, now)
    _take_lease_away(sink)


def _take_lease_away(sink: pb.Sink) -> None:
    sink.ClearField("holder")
    sink.ClearField("lease_expire_time")


def _epoch(current: pb.Sink | None, now: datetime) -> int:
    """A greater epoch than any before.

    It follows the clock, so that it does not begin anew for a sink that was deleted, nor
    in a store that was restored from an earlier copy, while a relay still runs that knows
    of a later lease.
    """
    time = Timestamp()
    time.FromDatetime(now)
    return max(time.ToMicroseconds(), current.epoch + 1 if current else 1)


def _end(now: datetime, duration: Duration) -> Timestamp:
    end = Timestamp()
    end.FromDatetime(now + duration.ToTimedelta())
    return end


def _event(revision: int, ordinal: int, why: str, now: datetime) -> pb.ParkedEvent:
    event = pb.ParkedEvent(revision=revision, ordinal=ordinal, why=why)
    event.park_time.FromDatetime(now)
    return event


def _copy(sink: pb.Sink) -> pb.Sink:
    copy = pb.Sink()
    copy.CopyFrom(sink)
    return copy
