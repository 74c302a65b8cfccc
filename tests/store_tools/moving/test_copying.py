"""A copy holds all that the store does, and others notice nothing."""

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from grpc_server.database.errors import StoreError, StoreLocked, StoreUnsupported
from grpc_server.database.store import Store
from items.v1 import items_pb2 as pb
from items.v1 import sinks_pb2
from store_tools.access import named
from store_tools.backup import back_up
from store_tools.moving import source_store
from store_tools.moving.move import moving
from store_tools.restore import mark
from tests.grpc_server.database.histories import NOON, add, get, head
from tests.needs import needs
from tests.store_tools.made import make_store
from tests.store_tools.moving.conftest import Places, both_ways, on_postgresql, on_sqlite
from tests.store_tools.moving.stored import Silent, everything, interrupt_after, move
from tests.store_tools.schemas import VIM, make_old_store, opened, sql
from tests.store_tools.test_doctor import examined, said

_END_SESSIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = {}"
)


@pytest.mark.parametrize("page", [1, 5000])
def test_a_copy_holds_the_same_rows(places: Places, page: int) -> None:
    make_store(places.there)
    move(places.there, places.here, page=page)
    assert everything(places.here) == everything(places.there)
    assert said(examined(places.here).findings) == []


@both_ways
def test_a_store_that_was_restored_keeps_what_it_has_left_out(places: Places) -> None:
    make_store(places.there)
    mark(places.there, NOON + timedelta(seconds=9))
    move(places.there, places.here)
    assert everything(places.here) == everything(places.there)
    with opened(places.here) as copy:
        (lost,) = head(copy).lost
        assert [each.revision for each in add(copy, VIM)] == [lost.last + 1]


@both_ways
def test_a_store_that_is_restored_and_compacted_before_it_is_copied_whole_is_copied(
    places: Places,
) -> None:
    """Its newest revision has no change, and the copy has some to drop."""
    make_store(places.there)
    with moving(places.there, places.here, page=1) as moved:
        with pytest.raises(KeyboardInterrupt):
            moved.catch_up(interrupt_after(1))
        with opened(places.there) as store, store.write() as writing:
            writing.compact(8)
        moved.catch_up(lambda _: None)
        mark(places.there, NOON + timedelta(seconds=9))
        moved.complete(lambda _: None)
    assert everything(places.here) == everything(places.there)


@both_ways
def test_an_empty_store_is_copied_with_its_identity(places: Places) -> None:
    with opened(places.there):
        pass
    move(places.there, places.here)
    assert everything(places.here) == everything(places.there)


@both_ways
def test_a_copy_goes_on_where_it_was_interrupted(places: Places) -> None:
    make_store(places.there)
    with moving(places.there, places.here, page=1) as moved, pytest.raises(KeyboardInterrupt):
        moved.catch_up(interrupt_after(2))
    with moving(places.there, places.here, page=1) as moved:
        assert 0 < moved.head.revision < 8
        moved.complete(lambda _: None)
    assert everything(places.here) == everything(places.there)


@both_ways
def test_no_server_opens_a_copy_before_it_is_finished(places: Places) -> None:
    make_store(places.there)
    with moving(places.there, places.here, page=1):
        pass
    with pytest.raises(StoreUnsupported, match="unfinished copy"), opened(places.here):
        pass
    move(places.there, places.here)
    with opened(places.here) as copy:
        assert head(copy).revision == 8


@both_ways
def test_two_do_not_write_to_one_copy(places: Places) -> None:
    make_store(places.there)
    with (
        moving(places.there, places.here),
        pytest.raises(StoreLocked),
        moving(places.there, places.here),
    ):
        pass


@both_ways
def test_what_was_written_meanwhile_is_copied_too(places: Places) -> None:
    make_store(places.there)
    with moving(places.there, places.here) as moved:
        moved.catch_up(lambda _: None)
        with opened(places.there) as store, store.write() as writing:
            writing.remove_sink("far")
        with opened(places.there) as store:
            add(store, pb.Item(id="new"))
            with store.write() as writing:
                writing.compact(9)
        moved.complete(lambda _: None)
    assert everything(places.here) == everything(places.there)


@both_ways
def test_a_store_in_use_is_not_finished_with(places: Places) -> None:
    make_store(places.there)
    with (
        opened(places.there),
        pytest.raises(StoreLocked, match=r"in use by process|servers have \d+ conn"),
        source_store.unserved(places.there),
    ):
        pass


@both_ways
def test_a_closed_store_is_opened_by_no_server_until_it_is_reopened(places: Places) -> None:
    make_store(places.there)
    source_store.seal(places.there, named(places.here))
    with pytest.raises(StoreUnsupported, match="was moved to"), opened(places.there):
        pass
    move(places.there, places.here)
    with opened(places.here) as copy:
        assert head(copy).revision == 8
    assert source_store.reopen(places.there) == named(places.here)
    assert everything(places.here) == everything(places.there)
    with opened(places.there) as store:
        assert head(store).revision == 8
    with pytest.raises(StoreUnsupported, match="was not moved"):
        source_store.reopen(places.there)


@on_postgresql
def test_a_server_that_nobody_saw_writes_nothing_to_a_closed_store(places: Places) -> None:
    """One that was frozen, or was about to connect: it has looked at the store before."""
    with opened(places.there) as store:
        add(store, VIM)
        get(store, "vim")
        sql(places.there, _END_SESSIONS.format("'item-service'"))
        source_store.seal(places.there, named(places.here))
        for act in (lambda: add(store, VIM), lambda: store.snapshot(["vim"]), lambda: sink(store)):
            with pytest.raises(StoreError):
                act()
    move(places.there, places.here)
    with opened(places.here) as copy:
        assert head(copy).revision == 1


def sink(store: Store) -> None:
    with store.write() as writing:
        writing.put_sink(sinks_pb2.Sink(name="late"))


@both_ways
def test_a_closed_store_is_moved_to_no_second_place(places: Places) -> None:
    make_store(places.there)
    source_store.seal(places.there, "elsewhere")
    with pytest.raises(StoreUnsupported, match="was moved to elsewhere"):
        move(places.there, places.here)


@both_ways
def test_a_store_in_use_is_not_closed(places: Places) -> None:
    make_store(places.there)
    with opened(places.there) as store:
        with pytest.raises(StoreLocked):
            source_store.seal(places.there, "elsewhere")
        add(store, VIM)
    with opened(places.there) as store:
        assert head(store).revision == 9


@both_ways
def test_a_database_with_something_in_it_is_not_copied_to(places: Places) -> None:
    make_store(places.there)
    make_store(places.here)
    before = everything(places.here)
    with pytest.raises(StoreUnsupported, match="is not empty"):
        move(places.there, places.here)
    assert everything(places.here) == before


@both_ways
def test_a_copy_that_is_finished_is_told_from_another_database(places: Places) -> None:
    make_store(places.there)
    move(places.there, places.here)
    with pytest.raises(StoreUnsupported, match="has this store, at revision 8"):
        move(places.there, places.here)


@both_ways
def test_the_database_of_somebody_else_is_not_copied_to(places: Places) -> None:
    make_store(places.there)
    sql(places.here, "CREATE TABLE precious (value INTEGER)")
    with pytest.raises(StoreUnsupported, match="is not empty"):
        move(places.there, places.here)


@both_ways
def test_an_unfinished_copy_of_another_store_is_left_alone(places: Places) -> None:
    make_store(places.there)
    with moving(places.there, places.here, page=1):
        pass
    sql(places.there, "UPDATE store SET store_id = 'another'")
    with pytest.raises(StoreUnsupported, match="of another store"):
        move(places.there, places.here)


@both_ways
def test_a_copy_of_what_a_restore_has_lost_since_is_left_alone(places: Places) -> None:
    make_store(places.there)
    with moving(places.there, places.here) as moved, pytest.raises(KeyboardInterrupt):
        moved.catch_up(interrupt_after(1))
    sql(places.there, "DELETE FROM changes WHERE revision = 8")
    sql(places.there, "UPDATE store SET revision = 7")
    mark(places.there, NOON + timedelta(seconds=9))
    with pytest.raises(StoreUnsupported, match="lost in a restore"):
        move(places.there, places.here)


@both_ways
def test_a_store_that_is_restored_while_it_is_followed_is_copied_no_further(
    places: Places,
) -> None:
    make_store(places.there)
    with moving(places.there, places.here) as moved:
        moved.catch_up(lambda _: None)
        sql(places.there, "DELETE FROM changes WHERE revision = 8")
        sql(places.there, "UPDATE store SET revision = 7")
        with pytest.raises(StoreUnsupported, match="lost in a restore"):
            moved.complete(lambda _: None)


@on_sqlite
def test_a_file_that_takes_the_place_of_the_store_is_noticed(
    places: Places, tmp_path: Path
) -> None:
    make_store(places.there)
    with opened(f"sqlite:///{tmp_path}/new.db"):
        pass
    with moving(places.there, places.here) as moved:
        moved.catch_up(lambda _: None)
        (tmp_path / "new.db").replace(tmp_path / "there" / "items.db")
        with pytest.raises(StoreUnsupported, match="of another store"):
            moved.complete(lambda _: None)


@on_sqlite
def test_catching_up_ends_although_the_store_grows(places: Places) -> None:
    make_store(places.there)
    with opened(places.there) as store, moving(places.there, places.here, page=1) as moved:

        def grow(_: int) -> None:
            add(store, pb.Item(id="new"))

        moved.catch_up(grow)
        assert 8 <= moved.head.revision < head(store).revision


@both_ways
def test_a_store_of_an_older_schema_is_migrated_before_it_is_moved(places: Places) -> None:
    make_old_store(places.there, "0002", VIM)
    with pytest.raises(StoreUnsupported, match="items migrate apply"):
        move(places.there, places.here)


@both_ways
def test_what_is_no_store_is_not_copied(places: Places) -> None:
    sql(places.there, "CREATE TABLE precious (value INTEGER)")
    with pytest.raises(StoreUnsupported, match="not a store of items"):
        move(places.there, places.here)
    sql(places.there, "DROP TABLE precious")
    with pytest.raises(StoreUnsupported, match="is empty"):
        move(places.there, places.here)


@on_sqlite
def test_a_store_is_not_copied_to_itself(places: Places, tmp_path: Path) -> None:
    make_store(places.there)
    (tmp_path / "link.db").symlink_to(tmp_path / "there" / "items.db")
    for name in ("there/items.db", "link.db"):
        with (
            pytest.raises(StoreUnsupported, match="is the store itself"),
            moving(places.there, f"sqlite:///{tmp_path}/{name}"),
        ):
            pass
    assert said(examined(places.there).findings) == []


@on_sqlite
def test_a_folder_that_is_missing_is_refused(places: Places, tmp_path: Path) -> None:
    make_store(places.there)
    with pytest.raises(StoreUnsupported, match="there is no folder"):
        move(places.there, f"sqlite:///{tmp_path}/new/items.db")
    assert not (tmp_path / "new").exists()


@on_sqlite
def test_a_store_of_which_nobody_can_tell_whether_it_is_served_is_not_moved(
    places: Places, tmp_path: Path
) -> None:
    make_store(places.there)
    lock = tmp_path / "there" / "items.db.lock"
    lock.unlink()
    lock.mkdir()
    with pytest.raises(StoreUnsupported, match=r"items\.db\.lock"):
        move(places.there, places.here)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that can be made read-only."""
    needs("tmpfs")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["/bin/mount", "-t", "tmpfs", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["/bin/umount", folder], check=True)


@on_sqlite
def test_a_backup_on_a_disk_that_nobody_can_write_is_copied(places: Places, disk: Path) -> None:
    make_store(places.there)
    back_up(places.there, disk / "b.db", replaces=False)
    subprocess.run(["/bin/mount", "-o", "remount,ro", disk], check=True)
    move(f"sqlite:///{disk}/b.db", places.here)
    assert everything(places.here) == everything(places.there)


@on_sqlite
def test_a_file_that_is_missing_is_no_store_and_makes_none(places: Places, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no file"):
        move(places.there, places.here)
    assert not (tmp_path / "here" / "items.db").exists()


@on_postgresql
def test_a_copy_knows_that_its_connection_was_lost(places: Places) -> None:
    make_store(places.there)
    with moving(places.there, places.here, page=1) as moved:
        sql(places.here, _END_SESSIONS.format("'item-service-upkeep'"))
        with pytest.raises(StoreError):
            moved.follow(lambda _: None, Silent(), Event())
    move(places.there, places.here)
    assert everything(places.here) == everything(places.there)
