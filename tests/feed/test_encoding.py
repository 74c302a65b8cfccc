"""What is put together from encoded parts is what protobuf would have encoded."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from grpc_server.database.store import Change
from grpc_server.feed.commits import commits_of, stored
from grpc_server.feed.encoder import KEPT_BYTES, Encoder
from grpc_server.feed.messages import RUN_BYTES, runs
from grpc_server.feed.view import View
from items.v1 import items_pb2 as pb

NOW = datetime(2026, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)
EVERYTHING = View(None, with_previous=True)

items = st.builds(
    pb.Item,
    id=st.sampled_from("abc"),
    description=st.text(max_size=300),
    revision=st.integers(0, 2**62),
)
changes = st.builds(
    Change,
    revision=st.integers(1, 2**62),
    ordinal=st.integers(0, 5),
    kind=st.sampled_from(pb.ChangeKind.values()),
    commit_time=st.just(NOW),
    actor=st.text(max_size=5),
    request_id=st.text(max_size=5),
    item=items,
    previous=st.none() | items,
)


def decoded(encoded: bytes) -> list[pb.ItemChanges]:
    return list(pb.ItemCommits.FromString(encoded).commits)


def expected(change: Change) -> pb.ItemChanges:
    told = pb.ItemChange(kind=change.kind, item=change.item, previous=change.previous)
    commit = pb.ItemChanges(
        revision=change.revision,
        actor=change.actor,
        request_id=change.request_id,
        changes=[told],
    )
    commit.commit_time.FromDatetime(change.commit_time)
    return commit


@given(changes)
def test_a_commit_is_encoded_as_protobuf_encodes_it(change: Change) -> None:
    (commit,) = commits_of([stored(change)])
    assert decoded(EVERYTHING.encoded(commit)) == [expected(change)]


@given(st.lists(changes, max_size=4))
def test_a_run_is_a_message(several: list[Change]) -> None:
    fields = [
        EVERYTHING.encoded(commit) for each in several for commit in commits_of([stored(each)])
    ]
    messages = [pb.WatchItemsResponse.FromString(run) for run in runs([b"", *fields])]
    told = [commit for message in messages for commit in message.commits.commits]
    assert told == [expected(change) for change in several]
    assert len(messages) == bool(several)


def test_a_run_ends_before_it_is_too_large() -> None:
    half = b"x" * (RUN_BYTES // 2)
    assert [len(run) > RUN_BYTES for run in runs([half, half, half])] == [True, False]
    assert len(list(runs([half * 4, half * 4]))) == 2


def commit_of(revision: int, size: int = 0) -> Change:
    item = pb.Item(id="a", revision=revision, description="x" * size)
    return Change(revision, 0, pb.CHANGE_KIND_CREATED, NOW, "", "", item)


def test_what_is_shared_is_encoded_once() -> None:
    encoder = Encoder(EVERYTHING)
    encoder.users = 2
    (commit,) = commits_of([stored(commit_of(1))])
    assert encoder.encoded(commit) is encoder.encoded(commit)


def test_a_message_is_put_together_once_for_all_who_are_told_the_same() -> None:
    encoder = Encoder(EVERYTHING)
    encoder.users = 2
    commits = [*commits_of([stored(commit_of(1)), stored(commit_of(2))])]
    (run,) = encoder.runs(commits)
    assert encoder.runs(commits)[0] is run
    assert encoder.runs(commits[1:]) == [*runs([EVERYTHING.encoded(commits[1])])]
    assert encoder.runs(commits) == [run]
    assert not encoder.runs([])


def test_what_is_kept_of_a_view_is_bounded() -> None:
    encoder = Encoder(EVERYTHING)
    encoder.users = 2
    for revision in range(1, 30):
        (commit,) = commits_of([stored(commit_of(revision, KEPT_BYTES // 10))])
        encoder.encoded(commit)
    assert sum(map(len, encoder._kept.values())) <= KEPT_BYTES
