"""The decisions about sinks, whatever is asked in whatever order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.duration_pb2 import Duration
from hypothesis import given, settings
from hypothesis import strategies as st

from grpc_server.database.store import Head, LostRevisions
from grpc_server.items.errors import CatalogError, LeaseLost, RevisionNotNext, SinkHeld
from grpc_server.sinks.leases import SinkRequest, decide, is_held, shown
from items.v1 import sinks_pb2 as pb

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEAD = Head("store", revision=5, oldest_revision=3, commit_time=None, token_key=b"")
LEASE = Duration(seconds=10)


@dataclass(frozen=True)
class Step:
    """A request after a while; its epoch is one of those that were given, the newest first."""

    request: SinkRequest
    seconds: float
    epoch: int


revisions = st.integers(0, 6)
requests: st.SearchStrategy[SinkRequest] = st.one_of(
    st.builds(
        pb.AcquireSinkRequest,
        holder=st.sampled_from(["one", "two"]),
        lease_duration=st.just(LEASE),
        from_revision=st.none() | revisions,
    ),
    st.builds(pb.AdvanceSinkRequest, revision=revisions, lease_duration=st.just(LEASE)),
    st.builds(pb.ParkEventRequest, revision=revisions),
    st.builds(pb.ReleaseSinkRequest),
    st.builds(pb.ReplaySinkRequest, from_revision=revisions),
    st.builds(pb.SkipRevisionRequest, revision=revisions),
)
steps = st.builds(
    Step, requests, seconds=st.sampled_from([-5.0, 0.0, 1.0, 20.0]), epoch=st.integers(0, 3)
)


@given(st.lists(steps, max_size=30))
@settings(max_examples=300, deadline=None)
def test_whatever_is_asked_one_lease_counts_and_the_cursor_moves_on(plan: Sequence[Step]) -> None:
    sink: pb.Sink | None = None
    now, epochs = NOW, [0]
    for step in plan:
        now += timedelta(seconds=step.seconds)
        request = step.request
        if not isinstance(
            request, pb.AcquireSinkRequest | pb.ReplaySinkRequest | pb.SkipRevisionRequest
        ):
            request.epoch = epochs[-1 - step.epoch % len(epochs)]
        before = pb.Sink.FromString(sink.SerializeToString()) if sink else None
        try:
            after = decide(sink, request, HEAD, now).sink
        except CatalogError:
            continue
        finally:
            assert sink == before  # what is given is never changed
        check(before, request, after, now)
        sink = after
        if after.epoch != epochs[-1]:
            epochs.append(after.epoch)


def check(before: pb.Sink | None, request: SinkRequest, after: pb.Sink, now: datetime) -> None:
    """Hold a change of a sink against what is promised of all changes."""
    assert after.revision <= HEAD.revision
    if before is None:
        assert isinstance(request, pb.AcquireSinkRequest)
        return
    assert after.epoch >= before.epoch
    assert after.revision >= before.revision or isinstance(request, pb.ReplaySinkRequest)
    if after.holder not in {"", before.holder}:
        assert not is_held(before, now)
        assert after.epoch > before.epoch
    if isinstance(request, pb.AdvanceSinkRequest | pb.ParkEventRequest):
        assert request.epoch == before.epoch
        assert before.holder == after.holder != ""
    if isinstance(request, pb.ReplaySinkRequest | pb.SkipRevisionRequest):
        assert after.epoch > before.epoch
        assert not after.holder


def held(**fields: int) -> pb.Sink:
    """A sink at revision 4 whose lease lasts, changed as *fields* say."""
    request = pb.AcquireSinkRequest(holder="one", lease_duration=LEASE, from_revision=4)
    sink = decide(None, request, HEAD, NOW).sink
    for name, value in fields.items():
        setattr(sink, name, value)
    return sink


def outcome(sink: pb.Sink | None, request: SinkRequest, now: datetime = NOW) -> str:
    """The name of the refusal, or the sink's holder."""
    try:
        return decide(sink, request, HEAD, now).sink.holder
    except CatalogError as error:
        return type(error).__name__


def test_a_new_sink_can_start_only_where_all_that_follows_is_kept() -> None:
    starts = [
        outcome(None, pb.AcquireSinkRequest(holder="one", from_revision=revision))
        for revision in (1, 2, 5, 6)
    ]
    assert starts == ["RevisionCompacted", "one", "one", "RevisionInFuture"]


def test_a_replay_can_start_only_where_all_that_follows_is_kept() -> None:
    starts = [
        outcome(held(), pb.ReplaySinkRequest(from_revision=revision)) for revision in (1, 2, 5, 6)
    ]
    assert starts == ["RevisionCompacted", "", "", "RevisionInFuture"]


def test_a_lease_ends_at_its_time_and_not_before() -> None:
    other = pb.AcquireSinkRequest(holder="two", lease_duration=LEASE)
    end = NOW + LEASE.ToTimedelta()
    assert outcome(held(), other, end - timedelta(microseconds=1)) == SinkHeld.__name__
    assert outcome(held(), other, end) == "two"


def test_a_clock_that_goes_back_does_not_bring_an_epoch_back() -> None:
    sink = held()
    request = pb.ReplaySinkRequest(from_revision=4)
    assert decide(sink, request, HEAD, NOW - timedelta(days=1)).sink.epoch > sink.epoch


def test_an_epoch_of_the_future_is_no_lease_either() -> None:
    request = pb.AdvanceSinkRequest(epoch=held().epoch + 1, revision=5)
    assert outcome(held(), request) == LeaseLost.__name__


def test_a_sink_is_lost_when_its_next_revision_is_not_kept() -> None:
    states = [shown(held(revision=revision), HEAD, NOW).state for revision in (1, 2)]
    assert states == [pb.SINK_STATE_LOST, pb.SINK_STATE_ACTIVE]


def test_a_skip_steps_over_what_a_restore_has_left_out() -> None:
    head = replace(HEAD, revision=2000, lost=(LostRevisions(5, 1000), LostRevisions(1001, 1500)))
    with pytest.raises(RevisionNotNext) as refused:
        decide(held(), pb.SkipRevisionRequest(revision=5), head, NOW)
    following = int(refused.value.metadata["revision"])
    assert following == 1501
    skipped = decide(held(), pb.SkipRevisionRequest(revision=following), head, NOW)
    assert skipped.sink.revision == following


def test_a_sink_that_stands_before_a_gap_has_lost_nothing() -> None:
    head = replace(HEAD, revision=2000, oldest_revision=1501, lost=(LostRevisions(5, 1500),))
    states = [shown(held(revision=revision), head, NOW).state for revision in (3, 4)]
    assert states == [pb.SINK_STATE_LOST, pb.SINK_STATE_ACTIVE]


def test_a_lost_sink_recovers_when_its_relay_had_more_than_it_had_confirmed() -> None:
    sink = held(revision=1)
    request = pb.AdvanceSinkRequest(epoch=sink.epoch, revision=4, lease_duration=LEASE)
    advanced = decide(sink, request, HEAD, NOW).sink
    assert shown(advanced, HEAD, NOW).state == pb.SINK_STATE_ACTIVE
