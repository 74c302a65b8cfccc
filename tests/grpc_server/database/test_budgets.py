"""How much comes into memory of what is asked for."""

import pytest

from grpc_server.database.query import Attribute, Column, ItemQuery, Order
from grpc_server.database.store import Store
from items.v1 import items_pb2 as pb
from tests.grpc_server.database.histories import UPDATED, add, change, commit, page

SIZE = 10_000
COUNT = 40


def large(item_id: str) -> pb.Item:
    item = pb.Item(id=item_id)
    item.attributes["x"] = "x" * SIZE
    return item


@pytest.fixture
def full(store: Store) -> Store:
    """A store of forty items of 10 kB."""
    add(store, *(large(f"i{n:02}") for n in range(COUNT)))
    return store


IDS = [f"i{n:02}" for n in range(COUNT)]


def test_a_get_of_many_reads_what_fits_and_names_the_rest(full: Store) -> None:
    found = full.snapshot(IDS, 5 * SIZE)
    assert list(found.items) == IDS[: len(found.items)]
    assert 5 <= len(found.items) <= 7
    assert set(found.left_out) == set(IDS) - set(found.items)
    assert found.revision == COUNT


def test_a_get_of_many_reads_the_first_ids_first(full: Store) -> None:
    found = full.snapshot([*reversed(IDS)], 5 * SIZE)
    assert list(found.items) == [*reversed(IDS)][: len(found.items)]


def test_a_get_of_many_leaves_nothing_out_that_fits(full: Store) -> None:
    found = full.snapshot(["no", "\0", "\ud800", *IDS, "none"], 2 * COUNT * SIZE)
    assert list(found.items) == IDS
    assert not found.left_out


def test_a_get_of_many_that_do_not_exist_leaves_none_out(store: Store) -> None:
    assert store.snapshot(IDS, 1).left_out == frozenset()


def test_versions_are_read_as_far_as_they_fit(store: Store) -> None:
    for revision in range(1, COUNT + 1):
        item = large("vim")
        item.revision = revision
        commit(store, change(revision, item, UPDATED))
    with store.read() as reading:
        found = reading.revisions("vim", None, COUNT, 5 * SIZE)
        assert [each.revision for each in found] == [*range(COUNT, COUNT - len(found), -1)]
        assert 5 <= len(found) <= 7
        assert len(reading.revisions("vim", None, COUNT, 2 * COUNT * SIZE)) == COUNT


def test_whole_revisions_are_read_as_far_as_they_fit(store: Store) -> None:
    for revision in range(1, COUNT + 1):
        commit(store, *(change(revision, large(f"{revision}-{n}"), ordinal=n) for n in range(2)))
    with store.read() as reading:
        found = reading.changes(0, 1000, max_bytes=5 * SIZE)
    assert [(each.revision, each.ordinal) for each in found] == [
        (revision, ordinal) for revision in range(1, len(found) // 2 + 1) for ordinal in (0, 1)
    ]
    assert 4 <= len(found) <= 8


@pytest.mark.parametrize(
    "order", [(Order(Column.ID),), (Order(Attribute(("x",))), Order(Column.ID))]
)
def test_pages_that_are_cut_by_their_size_list_all(full: Store, order: tuple[Order, ...]) -> None:
    listed: list[str] = []
    query = ItemQuery(1000, order=order, max_bytes=5 * SIZE)
    while True:
        found = page(full, query)
        listed += [item.id for item in found.items]
        assert found.size <= 5 * SIZE
        if found.next is None:
            break
        query = ItemQuery(1000, order=order, max_bytes=5 * SIZE, after=found.next)
    assert listed == IDS
