"""What a snapshot shows."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

from grpc_server.database.query import ItemQuery
from grpc_server.database.store import Commit, Snapshot, Store
from items.v1 import items_pb2 as pb
from tests.grpc_server.database.histories import (
    DELETED,
    EXPIRED,
    NOON,
    UPDATED,
    add,
    change,
    commit,
    get,
    head,
    ids,
    page,
)

ROUNDS = 50


def test_ids_that_do_not_exist_are_left_out(store: Store) -> None:
    add(store, pb.Item(id="vim"))
    assert list(get(store, "vim", "nano")) == ["vim"]


def test_no_ids_are_asked_for_and_no_items_are_found(store: Store) -> None:
    add(store, pb.Item(id="vim"))
    assert get(store) == {}


def test_fifty_thousand_ids_are_one_question(store: Store) -> None:
    add(store, pb.Item(id="i7"))
    assert list(get(store, *(f"i{n}" for n in range(50_000)))) == ["i7"]


def test_ids_of_any_characters_can_be_asked_for(store: Store) -> None:
    strange = ['"', "'", "\\", "\0", "", "é", "😀", "]", "a,b", "\ud800"]
    add(store, *(pb.Item(id=each) for each in strange[:3]))
    assert set(get(store, *strange)) == set(strange[:3])


def test_a_soft_deleted_item_is_an_item_like_the_others(store: Store) -> None:
    add(store, pb.Item(id="vim"))
    (deleted,) = add(store, _deleted("vim"), kind=DELETED)
    assert get(store, "vim") == {"vim": deleted}


def test_one_statement_gives_the_items_and_the_revision_that_they_are_of(store: Store) -> None:
    vim, nano = add(store, pb.Item(id="vim"), pb.Item(id="nano"))
    assert store.snapshot(["nano", "no", "vim"]) == Snapshot(2, {"vim": vim, "nano": nano})


def test_one_statement_gives_the_revision_also_where_no_item_is_found(store: Store) -> None:
    assert store.snapshot([]) == store.snapshot(["vim"]) == Snapshot(0, {})
    add(store, pb.Item(id="nano"))
    assert store.snapshot(["vim"]) == Snapshot(1, {})


def test_a_snapshot_stays_as_it_was_while_others_write(store: Store) -> None:
    (vim,) = add(store, pb.Item(id="vim"))
    with store.read() as reading:
        before = reading.head()
        add(store, pb.Item(id="vim", name="new"), kind=UPDATED)
        assert reading.items(["vim"]) == {"vim": vim}
        assert reading.head() == before


def test_a_snapshot_does_not_see_a_write_that_is_not_committed(store: Store) -> None:
    with store.write() as writing:
        writing.save(Commit([change(1, pb.Item(id="vim"))]))
        assert (get(store, "vim"), head(store).revision) == ({}, 0)
    assert list(get(store, "vim")) == ["vim"]


def test_every_snapshot_sees_every_write_committed_before_it(store: Store) -> None:
    with ThreadPoolExecutor(1) as pool:
        for number in range(1, ROUNDS + 1):
            add(store, pb.Item(id=f"i{number}"))
            assert pool.submit(head, store).result().revision == number


def test_readers_see_whole_commits_while_a_writer_writes(store: Store) -> None:
    """Each commit gives three items one name, under one revision."""
    names = [f"name {number:02}" for number in range(ROUNDS)]
    everyone_is_there, is_done = Barrier(4), Event()

    def read_all() -> set[tuple[int, ...]]:
        seen = set()
        everyone_is_there.wait()
        while not is_done.is_set():
            with store.read() as reading:
                revision = reading.head().revision
                found = reading.items(["a", "b", "c"]).values()
            seen.add((revision, *(each.revision for each in found)))
        return seen

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read_all) for _ in range(3)]
        everyone_is_there.wait()
        for revision, name in enumerate(names, start=1):
            versions = [pb.Item(id=each, name=name, revision=revision) for each in "abc"]
            commit(
                store,
                *(change(revision, item, UPDATED, ordinal=n) for n, item in enumerate(versions)),
            )
        is_done.set()
        seen = set().union(*(reader.result() for reader in readers))
    assert seen <= {(0,)} | {(revision,) * 4 for revision in range(1, ROUNDS + 1)}


def test_many_threads_write_one_after_the_other(store: Store) -> None:
    def write(number: int) -> None:
        with store.write() as writing:
            revision = writing.head().revision + 1
            writing.save(Commit([change(revision, pb.Item(id=f"i{number}"))]))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(ROUNDS)))
    assert head(store).revision == ROUNDS
    assert len(get(store, *(f"i{number}" for number in range(ROUNDS)))) == ROUNDS


def test_more_readers_than_connections_all_get_an_answer(store: Store) -> None:
    add(store, pb.Item(id="vim"))
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: list(get(store, "vim")), range(200)))
    assert answers == [["vim"]] * 200


def test_the_past_is_read_from_the_history(store: Store) -> None:
    first, second = pb.Item(id="vim", name="one"), pb.Item(id="vim", name="two")
    commit(store, change(1, pb.Item(id="nano")), change(2, first), change(3, second, UPDATED))
    commit(store, change(4, pb.Item(id="ed")), change(5, second, EXPIRED), change(6, first))
    with store.read() as reading:
        past = [reading.item_at("vim", revision) for revision in range(8)]
    assert past == [None, None, first, second, second, None, first, first]


def test_the_history_of_an_item_is_read_newest_first(store: Store) -> None:
    items = [pb.Item(id="vim", name=name) for name in "abc"]
    commit(store, change(1, items[0]), change(2, items[1], UPDATED), change(3, pb.Item(id="nano")))
    commit(store, change(4, items[2], UPDATED))
    with store.read() as reading:
        history = reading.revisions("vim", None, 10)
        assert reading.revisions("vim", 4, 1) == history[1:2]
        assert reading.revisions("vim", 1, 10) == []
        assert reading.revisions("emacs", None, 10) == []
    assert [(each.revision, each.item.name) for each in history] == [(4, "c"), (2, "b"), (1, "a")]


def test_the_history_tells_who_did_what_and_when(store: Store) -> None:
    written = change(1, pb.Item(id="vim"))
    commit(store, written)
    with store.read() as reading:
        (version,) = reading.revisions("vim", None, 1)
    expected = pb.ItemRevision(
        revision=1, kind=written.kind, actor="ada", request_id="request-1", item=written.item
    )
    expected.commit_time.FromDatetime(written.commit_time)
    assert version == expected


def test_soft_deleted_items_are_listed_only_when_asked_for(store: Store) -> None:
    add(store, pb.Item(id="vim"), _deleted("nano"))
    assert ids(page(store, ItemQuery(10)).items) == ["vim"]
    assert ids(page(store, ItemQuery(10, show_deleted=True)).items) == ["nano", "vim"]


def test_a_full_page_that_is_the_last_has_no_next(store: Store) -> None:
    add(store, pb.Item(id="a"), pb.Item(id="b"))
    assert page(store, ItemQuery(2)).next is None
    assert page(store, ItemQuery(1)).next == ("a",)


def test_a_page_holds_what_fits_and_at_least_one(store: Store) -> None:
    sizes = [item.ByteSize() for item in add(store, *(pb.Item(id=each) for each in "abc"))]
    assert ids(page(store, ItemQuery(3, max_bytes=sum(sizes))).items) == ["a", "b", "c"]
    assert ids(page(store, ItemQuery(3, max_bytes=sum(sizes) - 1)).items) == ["a", "b"]
    assert ids(page(store, ItemQuery(3, max_bytes=1)).items) == ["a"]
    assert page(store, ItemQuery(3, max_bytes=1)).next == ("a",)


def _deleted(item_id: str) -> pb.Item:
    item = pb.Item(id=item_id)
    item.delete_time.FromDatetime(NOON)
    return item
