"""What compaction removes, and that no read at a kept revision notices."""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grpc_server.database.store import Reading, Store, StoredChange
from items.v1 import items_pb2 as pb
from tests.grpc_server.database.histories import (
    CREATED,
    DELETED,
    EXPIRED,
    NOON,
    UPDATED,
    change,
    commit,
    head,
)

IDS = ("a", "b", "c")
KINDS = (UPDATED, DELETED, EXPIRED)

steps = st.dictionaries(st.sampled_from(IDS), st.sampled_from(KINDS), min_size=1)
histories = st.lists(steps, min_size=1, max_size=12)
floors = st.lists(st.floats(0, 1), min_size=1, max_size=3)
"""The places where a history is cut, as parts of its length."""


@dataclass(frozen=True)
class Reads:
    """Every read at a revision from *oldest* to *newest*, but for versions that are not kept."""

    items: dict[tuple[str, int], pb.Item | None]
    changes: list[StoredChange]
    revisions: dict[str, list[pb.ItemRevision]]


def read_all(reading: Reading, oldest: int) -> Reads:
    newest = reading.head().revision
    return Reads(
        {(key, at): reading.item_at(key, at) for key in IDS for at in range(oldest, newest + 1)},
        reading.changes(oldest - 1, 1000),
        {key: _shown(reading.revisions(key, None, 1000), oldest) for key in IDS},
    )


def _shown(versions: list[pb.ItemRevision], oldest: int) -> list[pb.ItemRevision]:
    """Of all *versions*, newest first, what the history shows that is kept from *oldest* on."""
    kept = [version for version in versions if version.revision >= oldest]
    before = versions[len(kept) :][:1]
    return kept + [version for version in before if version.kind != EXPIRED]


def write(store: Store, history: list[dict[str, pb.ChangeKind.ValueType]]) -> None:
    """Write a revision for each step; an item that does not exist is created."""
    start = head(store).revision
    with store.read() as reading:
        live = set(reading.items(IDS))
    for revision, step in enumerate(history, start=start + 1):
        changes = []
        for ordinal, (item_id, asked) in enumerate(step.items()):
            kind = asked if item_id in live else CREATED
            item = pb.Item(id=item_id, revision=revision)
            changes.append(change(revision, item, kind, ordinal=ordinal))
            (live.discard if kind == EXPIRED else live.add)(item_id)
        commit(store, *changes)


def compact(store: Store, oldest: int) -> int:
    with store.write() as writing:
        return writing.compact(oldest)


def compact_and_fail(store: Store, oldest: int) -> None:
    with store.write() as writing:
        writing.compact(oldest)
        raise LookupError


def searched(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )


@given(histories, floors)
@searched(examples=75)
def test_no_read_at_a_kept_revision_notices(
    shared_store: Store, history: list[dict[str, pb.ChangeKind.ValueType]], parts: list[float]
) -> None:
    is_not_noticed(shared_store, history, parts)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@given(histories, floors)
@searched(examples=1000)
def test_no_read_of_very_many_histories_notices(
    shared_store: Store, history: list[dict[str, pb.ChangeKind.ValueType]], parts: list[float]
) -> None:
    is_not_noticed(shared_store, history, parts)


def is_not_noticed(
    store: Store, history: list[dict[str, pb.ChangeKind.ValueType]], parts: list[float]
) -> None:
    """Check that reads at kept revisions are as before, and that nothing else is kept."""
    write(store, history)
    oldest, newest = head(store).oldest_revision, head(store).revision
    for floor in sorted(oldest + round(part * (newest - oldest)) for part in parts):
        with store.read() as reading:
            before = read_all(reading, floor)
        compact(store, floor)
        with store.read() as reading:
            assert read_all(reading, floor) == before
            assert reading.head().oldest_revision == floor
            for key in IDS:  # and nothing is kept that is not needed
                versions = reading.revisions(key, None, 1000)
                assert versions == before.revisions[key]
    compact(store, newest)


def test_only_versions_that_are_superseded_before_the_floor_are_removed(store: Store) -> None:
    write(store, [{"a": UPDATED, "b": UPDATED}, {"a": UPDATED}, {"a": UPDATED}, {"a": UPDATED}])
    assert compact(store, 4) == 2
    with store.read() as reading:
        assert [each.revision for each in reading.revisions("a", None, 9)] == [4, 3]
        assert [each.revision for each in reading.revisions("b", None, 9)] == [1]
        (last,) = reading.changes(3, 9)
    assert last.previous == pb.Item(id="a", revision=3).SerializeToString()


def test_of_an_item_that_expired_before_the_floor_nothing_is_left(store: Store) -> None:
    write(store, [{"a": UPDATED}, {"a": DELETED}, {"a": EXPIRED}, {"b": UPDATED}])
    assert compact(store, 4) == 3
    with store.read() as reading:
        assert reading.revisions("a", None, 9) == []
        assert reading.item_at("a", 4) is None


def test_an_item_that_expires_at_the_floor_keeps_what_it_was(store: Store) -> None:
    write(store, [{"a": UPDATED}, {"a": DELETED}, {"a": EXPIRED}])
    compact(store, 3)
    with store.read() as reading:
        (last,) = reading.changes(2, 9)
    assert (last.kind, last.previous) == (
        EXPIRED,
        pb.Item(id="a", revision=2).SerializeToString(),
    )


def test_an_item_that_is_created_anew_follows_nothing(store: Store) -> None:
    write(store, [{"a": UPDATED}, {"a": EXPIRED}, {"a": UPDATED}])
    with store.read() as reading:
        assert [each.previous for each in reading.changes(0, 9)] == [
            None,
            pb.Item(id="a", revision=1).SerializeToString(),
            None,
        ]


def test_a_compaction_that_fails_changes_nothing(store: Store) -> None:
    write(store, [{"a": UPDATED}, {"a": UPDATED}, {"a": UPDATED}])
    with pytest.raises(LookupError):
        compact_and_fail(store, 3)
    assert head(store).oldest_revision == 1
    with store.read() as reading:
        assert len(reading.revisions("a", None, 9)) == 3


def test_a_transaction_sees_the_oldest_revision_that_it_has_set(store: Store) -> None:
    write(store, [{"a": UPDATED}, {"a": UPDATED}, {"a": UPDATED}])
    with store.write() as writing:
        writing.compact(2)
        assert writing.head().oldest_revision == 2
        assert [each.revision for each in writing.oldest_changes(9)] == [2, 3]


@pytest.mark.parametrize("revision", [1, 4, 0, -1])
def test_history_cannot_be_kept_from_before_or_after_what_there_is(
    store: Store, revision: int
) -> None:
    write(store, [{"a": UPDATED}, {"a": UPDATED}, {"a": UPDATED}])
    compact(store, 2)
    with pytest.raises(ValueError, match="is not between 2"):
        compact(store, revision)
    assert head(store).oldest_revision == 2


def test_the_oldest_changes_are_told_with_their_times(store: Store) -> None:
    write(store, [{"a": UPDATED, "b": UPDATED}, {"a": UPDATED}])
    with store.write() as writing:
        found = writing.oldest_changes(2)
    assert [each.revision for each in found] == [1, 1]
    assert {each.commit_time for each in found} == {change(1, pb.Item()).commit_time}
    assert found[0].commit_time > NOON
