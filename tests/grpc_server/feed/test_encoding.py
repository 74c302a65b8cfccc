"""What is put together from encoded parts is what protobuf would have encoded."""

import asyncio
from datetime import UTC, datetime
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grpc_server.database.store import Change
from grpc_server.feed.commits import EncodedCommit, commits_of, stored
from grpc_server.feed.decoded_versions import Versions
from grpc_server.feed.encoder import Encoder, Kept
from grpc_server.feed.messages import RUN_BYTES, run
from grpc_server.feed.selection import Projection
from grpc_server.feed.subscription import Subscription
from grpc_server.feed.watch_memory import SMALL_BYTES, Room
from grpc_server.filters.time_slices import Turns, Work
from items.v1 import items_pb2 as pb

T = TypeVar("T")
NOW = datetime(2026, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)
EVERYTHING = Projection(Subscription(None, with_previous=True), Versions())

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


def encoded(commit: EncodedCommit) -> bytes:
    """What is shown of *commit*, worked out in one go."""
    return finished(EVERYTHING.encoded(commit, finished(EVERYTHING.shown(commit))))


def finished(work: Work[T]) -> T:
    """What *work* returns in the end."""
    try:
        while True:
            next(work)
    except StopIteration as end:
        result: T = end.value
        return result


@given(changes)
def test_a_commit_is_encoded_as_protobuf_encodes_it(change: Change) -> None:
    (commit,) = commits_of([stored(change)])
    assert decoded(encoded(commit)) == [expected(change)]


@given(st.lists(changes, max_size=4))
def test_a_run_is_a_message(several: list[Change]) -> None:
    fields = [encoded(commit) for each in several for commit in commits_of([stored(each)])]
    message = pb.WatchItemsResponse.FromString(run([b"", *fields]))
    assert list(message.commits.commits) == [expected(change) for change in several]


def test_a_run_of_nothing_is_empty() -> None:
    assert run([b"", b""]) == b""


def commit_of(revision: int, size: int = 0) -> EncodedCommit:
    item = pb.Item(id="a", revision=revision, description="x" * size)
    change = Change(revision, 0, pb.CHANGE_KIND_CREATED, NOW, "", "", item)
    (commit,) = commits_of([stored(change)])
    return commit


def shared_encoder(kept: Kept | None = None) -> Encoder:
    encoder = Encoder(EVERYTHING, Turns(), Room(lambda _: None), kept or Kept())
    encoder.users = 2
    return encoder


@pytest.mark.parametrize("is_kept", [False, True])
@pytest.mark.parametrize(
    ("sizes", "reached"),
    [((1, 1, 1), 3), ((RUN_BYTES // 2,) * 3, 1), ((1, 4 * RUN_BYTES), 1), ((4 * RUN_BYTES, 1), 1)],
)
async def test_a_run_ends_before_it_is_too_large(
    is_kept: bool,  # a parameter of the test
    sizes: tuple[int, ...],
    reached: int,
) -> None:
    commits = [commit_of(number, size) for number, size in enumerate(sizes, 1)]
    told = await shared_encoder().told(commits, "", is_kept=is_kept)
    assert told.reached == reached
    assert (told.room is not None) is (len(told.message) > SMALL_BYTES)
    assert told.message == run([encoded(commit) for commit in commits[:reached]])


async def test_a_message_is_put_together_once_for_all_who_are_told_the_same() -> None:
    encoder = shared_encoder()
    commits = [commit_of(1), commit_of(2)]
    told = await encoder.told(commits, "")
    assert await encoder.told(commits, "") is told
    assert (await encoder.told(commits[1:], "")).message == run([encoded(commits[1])])


async def test_those_who_share_a_view_wait_for_one_another() -> None:
    encoder = shared_encoder()
    commits = [commit_of(1, 100)]
    large = [commit_of(2, 100)]
    told = await asyncio.gather(*(encoder.told(commits, "") for _ in range(5)))
    assert all(each is told[0] for each in told)
    assert (await encoder.told(large, "")).reached == 2


async def test_what_is_kept_of_all_views_is_bounded() -> None:
    kept = Kept(max_bytes=100_000)
    encoders = [shared_encoder(kept) for _ in range(5)]
    for revision in range(1, 30):
        for encoder in encoders:
            await encoder.told([commit_of(revision, 10_000)], "")
    messages = [each for encoder in encoders for each in encoder._told.values()]
    assert 0 < sum(len(each.message) for each in messages) <= kept.bytes <= 100_000


@pytest.mark.parametrize("size", [RUN_BYTES // 2, 4 * RUN_BYTES])
async def test_what_has_no_room_is_wanted_and_not_kept(size: int) -> None:
    room = Room(lambda _: None, max_bytes=size)
    encoder = Encoder(EVERYTHING, Turns(), room, Kept())
    full = room.claim(size, "")
    told = await encoder.told([commit_of(1, size)], "")
    assert (told.message, told.room) == (b"", None)
    assert told.wanted > size
    room.give(full)
    taken = await room.take(told.wanted, "")
    told = await encoder.told([commit_of(1, size)], "", taken)
    assert told.message == run([encoded(commit_of(1, size))])
    assert told.room is taken
    assert room.bytes == taken.size
