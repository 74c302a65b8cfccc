"""What a write transaction does: all of it, durably, or nothing."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grpc_server.database.errors import StoreError
from grpc_server.database.query import Comparison, Label, Operator
from grpc_server.database.store import Commit, Store
from items.v1 import items_pb2 as pb
from tests.grpc_server.database.histories import (
    CREATED,
    DELETED,
    EXPIRED,
    NOON,
    UPDATED,
    add,
    change,
    commit,
    found,
    get,
    head,
    save_and_fail,
)

VIM = pb.Item(id="vim", name="Vim", labels={"section": "editors"})
VI = pb.Item(id="vim", name="Vi", labels={"section": "classics", "owner": "ada"})


def test_a_new_store_is_at_revision_zero(store: Store) -> None:
    start = head(store)
    assert (start.revision, start.oldest_revision, start.commit_time) == (0, 1, None)


def test_a_saved_item_is_read_exactly_as_it_was_written(store: Store) -> None:
    (vim,) = add(store, VIM)
    assert get(store, "vim") == {"vim": vim}


def test_a_commit_moves_the_head_to_its_last_revision(store: Store) -> None:
    commit(store, change(1, VIM), change(2, VI, UPDATED))
    assert (head(store).revision, head(store).commit_time) == (2, change(2, VI).commit_time)


def test_the_last_of_several_versions_in_one_commit_is_the_item(store: Store) -> None:
    commit(store, change(1, VIM), change(2, VI, UPDATED), change(3, VIM, UPDATED))
    assert get(store, "vim") == {"vim": VIM}


def test_many_items_share_one_revision(store: Store) -> None:
    commit(store, *(change(1, pb.Item(id=f"i{n}"), ordinal=n) for n in range(3)))
    assert (len(get(store, "i0", "i1", "i2")), head(store).revision) == (3, 1)


def test_one_revision_holds_one_version_of_an_item(store: Store) -> None:
    with pytest.raises(StoreError):
        commit(store, change(1, VIM), change(1, VI, UPDATED, ordinal=1))
    assert head(store).revision == 0


def test_an_expired_item_is_gone(store: Store) -> None:
    add(store, VIM)
    commit(store, change(2, VIM, EXPIRED))
    assert get(store, "vim") == {}


def test_an_item_that_comes_and_goes_in_one_commit_leaves_only_history(store: Store) -> None:
    commit(store, change(1, VIM), change(2, VIM, DELETED), change(3, VIM, EXPIRED))
    with store.read() as reading:
        assert reading.items(["vim"]) == {}
        assert [each.revision for each in reading.revisions("vim", None, 10)] == [3, 2, 1]


def test_an_item_can_be_created_again_in_the_commit_that_expires_it(store: Store) -> None:
    add(store, VIM)
    commit(store, change(2, VIM, EXPIRED), change(3, VI))
    assert get(store, "vim") == {"vim": VI}


def test_an_item_that_lost_a_label_is_not_found_by_it(store: Store) -> None:
    add(store, VIM)
    add(store, VI, kind=UPDATED)
    assert found(store, _labelled("section", "editors")) == []
    assert found(store, _labelled("section", "classics")) == ["vim"]


def test_an_expired_item_is_not_found_by_its_labels(store: Store) -> None:
    add(store, VIM)
    add(store, VIM, kind=EXPIRED)
    assert found(store, _labelled("section", "editors")) == []


def test_a_block_that_raises_writes_nothing(store: Store) -> None:
    with pytest.raises(LookupError):
        save_and_fail(store, Commit([change(1, VIM)]))
    assert (get(store, "vim"), head(store).revision) == ({}, 0)


def test_a_store_is_usable_after_a_block_that_raised(store: Store) -> None:
    test_a_block_that_raises_writes_nothing(store)
    add(store, VIM)
    assert list(get(store, "vim")) == ["vim"]


def test_a_commit_of_nothing_is_no_write(store: Store) -> None:
    before = head(store)
    commit(store)
    assert head(store) == before


def test_a_transaction_saves_once(store: Store) -> None:
    with store.write() as writing:
        writing.save(Commit([change(1, VIM)]))
        with pytest.raises(ValueError, match="one commit"):
            writing.save(Commit([change(2, VI, UPDATED)]))
    assert get(store, "vim") == {"vim": VIM}


@pytest.mark.parametrize(
    "places",
    [[(2, 0)], [(0, 0)], [(1, 0), (3, 0)], [(1, 0), (1, 0)], [(1, 1), (1, 0)], [(2, 0), (1, 0)]],
)
def test_revisions_that_do_not_continue_are_refused(
    store: Store, places: list[tuple[int, int]]
) -> None:
    changes = [
        change(revision, pb.Item(id=f"i{n}"), ordinal=ordinal)
        for n, (revision, ordinal) in enumerate(places)
    ]
    with pytest.raises(ValueError, match="does not follow"):
        commit(store, *changes)
    assert head(store).revision == 0


def test_a_transaction_sees_the_head_and_the_items_before_it(store: Store) -> None:
    (vim,) = add(store, VIM)
    with store.write() as writing:
        assert writing.head().revision == 1
        assert writing.items(["vim", "nano"]) == {"vim": vim}


def test_items_that_were_read_before_are_changed_as_well_as_those_that_were_not(
    store: Store,
) -> None:
    add(store, VIM, pb.Item(id="nano", labels={"a": "1"}))
    with store.write() as writing:
        writing.items(["vim", "ed"])
        changes = [
            change(3, VI, UPDATED),
            change(4, pb.Item(id="nano"), UPDATED),
            change(5, pb.Item(id="ed"), CREATED),
        ]
        writing.save(Commit(changes))
    assert get(store, "vim", "nano", "ed") == {each.item.id: each.item for each in changes}
    assert found(store, _labelled("a", "1")) == []


def test_soft_deleted_items_expire_oldest_first(store: Store) -> None:
    add(store, *(_expiring(f"i{second}", second) for second in (3, 1, 2)), pb.Item(id="live"))
    with store.write() as writing:
        assert [each.id for each in writing.expired_items(NOON, 10)] == []
        assert [each.id for each in writing.expired_items(_after(2), 10)] == ["i1", "i2"]
        assert [each.id for each in writing.expired_items(_after(9), 2)] == ["i1", "i2"]


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy")), max_size=4))
@settings(max_examples=50, deadline=None)
def test_labels_are_always_those_of_the_last_version(
    shared_store: Store, versions: list[dict[str, str]]
) -> None:
    """Whatever labels an item had, it is found by those that it has."""
    revision = head(shared_store).revision
    for labels in [{}, *versions]:
        add(shared_store, pb.Item(id="vim", labels=labels), kind=UPDATED)
    assert head(shared_store).revision == revision + 1 + len(versions)
    expected = versions[-1] if versions else {}
    for key in "abc":
        for value in "xy":
            is_found = found(shared_store, _labelled(key, value)) == ["vim"]
            assert is_found == (expected.get(key) == value)


def _labelled(key: str, value: str) -> Comparison:
    return Comparison(Label(key), Operator.EQUAL, value)


def _expiring(item_id: str, second: int) -> pb.Item:
    item = pb.Item(id=item_id)
    item.delete_time.FromDatetime(NOON)
    item.expire_time.FromDatetime(_after(second))
    return item


def _after(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)
