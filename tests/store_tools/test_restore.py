"""Restores: verified, at once, and so that nothing of the lost future fits the new one."""

import shutil
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from grpc_server.database.errors import StoreCorrupt, StoreLocked, StoreUnsupported
from grpc_server.database.opening import open_store
from grpc_server.database.store import Head, LostRevisions
from items.v1 import items_pb2 as pb
from items.v1 import sinks_pb2
from store_tools.access import beside
from store_tools.backup import back_up
from store_tools.restore import Restored, restore
from tests.grpc_server.database.histories import NOON, add, get, head
from tests.store_tools.made import make_store
from tests.store_tools.schemas import EXCLUDING, VIM, make_old_store, opened, sql, upgrade
from tests.store_tools.test_doctor import examined, said

HOUR = 3_601_000_000
"""What is left out for an hour: a revision for each microsecond, and a million."""

NOW = NOON + timedelta(seconds=8, hours=1)
"""An hour after the newest commit of `make_store`."""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/items.db"


@pytest.fixture
def file(tmp_path: Path, url: str) -> Path:
    """A backup of the store at revision 8; the store is at 9 by now."""
    make_store(url)
    file = tmp_path / "backups" / "b.db"
    file.parent.mkdir()
    back_up(url, file, replaces=False)
    with opened(url) as store:
        add(store, pb.Item(id="lost"))
    return file


def put_back(file: Path, url: str, **options: Any) -> Restored:
    return restore(file, url, options.pop("now", NOW), replaces=True, **options)


def test_a_restored_store_is_as_it_was_and_sound(file: Path, url: str, tmp_path: Path) -> None:
    done = put_back(file, url)
    assert (done.path, done.head.revision) == (tmp_path / "items.db", 8)
    assert said(examined(url, NOW).findings) == []
    with opened(url) as store:
        assert get(store, "lost", "emacs").keys() == {"emacs"}
        assert head(store).store_id == done.head.store_id
        assert head(store).token_key == done.head.token_key


def test_it_goes_on_beyond_all_revisions_that_the_lost_store_can_have_had(
    file: Path, url: str
) -> None:
    lost = LostRevisions(9, 8 + HOUR)
    assert put_back(file, url).lost == lost
    with opened(url) as store:
        assert (head(store).revision, head(store).lost) == (8 + HOUR, (lost,))
        assert [each.revision for each in add(store, VIM)] == [9 + HOUR]
        with store.read() as reading:
            assert [each.revision for each in reading.changes(6, 9)] == [7, 8, 9 + HOUR]
    assert [str(each) for each in examined(url, NOW).findings if each.is_damage] == []


def test_the_second_restore_of_one_backup_takes_no_revision_of_the_first(
    file: Path, url: str
) -> None:
    put_back(file, url)
    with opened(url) as store:
        (version,) = add(store, VIM)
    done = put_back(file, url, now=NOW + timedelta(seconds=1))
    assert done.lost is not None
    assert done.lost.first <= version.revision <= done.lost.last


def test_a_backup_of_a_restored_store_is_restored_in_its_turn(
    file: Path, url: str, tmp_path: Path
) -> None:
    put_back(file, url)
    with opened(url) as store:
        add(store, VIM)
    second = tmp_path / "second.db"
    back_up(url, second, replaces=False)
    put_back(second, url, now=NOW + timedelta(hours=1))
    assert [str(each) for each in examined(url, NOW).findings if each.is_damage] == []
    with opened(url) as store:
        assert [lost.first for lost in head(store).lost] == [9, 10 + HOUR]


def test_a_clock_that_went_back_leaves_something_out_all_the_same(file: Path, url: str) -> None:
    done = put_back(file, url, now=NOON - timedelta(days=1))
    assert done.lost == LostRevisions(9, 1_000_008)


def test_an_empty_store_leaves_out_what_can_have_been(tmp_path: Path, url: str) -> None:
    open_store(url).close()
    back_up(url, tmp_path / "b.db", replaces=False)
    done = put_back(tmp_path / "b.db", url)
    assert done.lost is not None
    assert done.lost.last < 2**53
    assert said(examined(url, NOW).findings) == []


def test_leases_of_the_lost_future_have_ended(file: Path, url: str) -> None:
    make_held(file)
    put_back(file, url)
    with opened(url) as store, store.read() as reading:
        far, held, near = reading.sinks()
    time = Timestamp()
    time.FromDatetime(NOW)
    assert [sink.holder for sink in (far, held, near)] == ["", "", ""]
    assert held.epoch == time.ToMicroseconds()
    assert not held.HasField("lease_expire_time")
    assert (far.revision, near.revision) == (2, 8 + HOUR)


def make_held(file: Path) -> None:
    """Let a relay have held a sink when *file* was made, for a long time."""
    with opened(f"sqlite:///{file}") as store, store.write() as writing:
        sink = sinks_pb2.Sink(name="held", revision=7, epoch=5, holder="relay")
        sink.lease_expire_time.FromDatetime(NOW + timedelta(days=9))
        writing.put_sink(sink)


def test_retention_by_count_does_not_count_what_was_left_out() -> None:
    at = Head("store", 120, 1, None, b"", (LostRevisions(21, 40), LostRevisions(61, 100)))
    assert [at.written_after(revision) for revision in (120, 100, 80, 60, 41, 40, 30, 10)] == [
        0, 20, 20, 20, 39, 40, 40, 50
    ]  # fmt: skip


def test_the_store_that_was_there_is_set_aside_whole(file: Path, url: str, tmp_path: Path) -> None:
    (tmp_path / "items.db").chmod(0o640)
    done = put_back(file, url)
    assert done.replaced == tmp_path / "items.db.replaced-20240517T130008Z"
    assert stat.S_IMODE((tmp_path / "items.db").stat().st_mode) == 0o640
    with opened(f"sqlite:///{done.replaced}") as store:
        assert get(store, "lost").keys() == {"lost"}
    left = {"backups", "items.db", "items.db.lock", done.replaced.name}
    assert {each.name for each in tmp_path.iterdir()} == left | {f"{done.replaced.name}.lock"}


def test_the_log_of_a_store_whose_server_was_killed_is_set_aside_with_it(
    file: Path, url: str, tmp_path: Path
) -> None:
    """What was acknowledged last may be in the log alone, which must not meet the new file."""
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    with opened(url) as store:
        add(store, pb.Item(id="in-the-log"))
        for name in ("items.db", "items.db-wal"):
            shutil.copy(tmp_path / name, crashed)
    done = put_back(file, f"sqlite:///{crashed}/items.db")
    assert not (crashed / "items.db-wal").exists()
    with opened(f"sqlite:///{done.replaced}") as old, opened(f"sqlite:///{done.path}") as new:
        assert get(old, "in-the-log").keys() == {"in-the-log"}
        assert get(new, "in-the-log", "emacs").keys() == {"emacs"}


def test_a_damaged_store_is_set_aside_as_it_is(file: Path, url: str, tmp_path: Path) -> None:
    (tmp_path / "items.db").write_bytes(b"no database" * 1000)
    (tmp_path / "items.db-wal").write_bytes(b"no log")
    done = put_back(file, url)
    assert done.replaced is not None
    assert done.replaced.read_bytes() == b"no database" * 1000
    assert Path(f"{done.replaced}-wal").read_bytes() == b"no log"
    assert said(examined(url, NOW).findings) == []


def test_a_store_is_not_replaced_unless_that_is_said(file: Path, url: str) -> None:
    with pytest.raises(FileExistsError, match="--force"):
        restore(file, url, NOW, replaces=False)
    with opened(url) as store:
        assert get(store, "lost").keys() == {"lost"}


def test_a_store_that_a_server_uses_is_not_replaced(file: Path, url: str) -> None:
    with opened(url) as store:
        with pytest.raises(StoreLocked, match="in use by process"):
            put_back(file, url)
        assert get(store, "lost").keys() == {"lost"}


def test_a_store_that_another_command_reads_is_not_replaced(file: Path, url: str) -> None:
    with beside(url) as database, database.snapshot() as connection:
        connection.exec_driver_sql("SELECT * FROM store")
        with pytest.raises(StoreLocked, match="another command reads"):
            put_back(file, url)
    with opened(url) as store:
        assert get(store, "lost").keys() == {"lost"}
    put_back(file, url)


def test_a_log_whose_store_is_gone_is_not_taken_for_that_of_the_new_one(
    file: Path, tmp_path: Path
) -> None:
    (tmp_path / "new.db-wal").write_bytes(b"frames")
    with pytest.raises(StoreUnsupported, match="move it away"):
        restore(file, f"sqlite:///{tmp_path}/new.db", NOW, replaces=False)


def test_a_folder_that_is_missing_is_refused(file: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreUnsupported, match="there is no folder"):
        restore(file, f"sqlite:///{tmp_path}/a/b/items.db", NOW, replaces=False)
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("DELETE FROM changes WHERE revision = 6", "revision 6 is missing"),
        ("UPDATE items SET name = 'other'", "columns: .*; and 2 more"),
    ],
)
def test_a_damaged_backup_is_refused_and_the_store_stays(
    file: Path, url: str, damage: str, told: str
) -> None:
    sql(f"sqlite:///{file}", damage)
    with pytest.raises(StoreCorrupt, match=f"is damaged: .*{told}"):
        put_back(file, url)
    with opened(url) as store:
        assert get(store, "lost").keys() == {"lost"}


def test_findings_that_are_no_damage_keep_nobody_from_restoring(file: Path, url: str) -> None:
    sql(f"sqlite:///{file}", "UPDATE sinks SET revision = 0 WHERE name = 'far'")
    put_back(file, url)
    assert said(examined(url, NOW).findings) == [
        "lost sinks: `far` is LOST: it is at revision 0, and 3 is the oldest one kept"
    ]


@pytest.mark.parametrize("content", [b"", b"no database" * 1000])
def test_a_file_that_is_no_backup_is_refused(tmp_path: Path, url: str, content: bytes) -> None:
    (tmp_path / "b.db").write_bytes(content)
    with pytest.raises((StoreUnsupported, StoreCorrupt)):
        put_back(tmp_path / "b.db", url)
    assert not (tmp_path / "items.db").exists()


def test_a_backup_of_an_older_schema_is_brought_up_to_date(tmp_path: Path, url: str) -> None:
    old = f"sqlite:///{tmp_path}/old.db"
    make_old_store(old, "0001", VIM)
    sql(old, "UPDATE store SET store_id = 'a0b1c2d3-0000-4000-8000-000000000000'")
    sql(old, """UPDATE items SET labels = '{}'""")
    before = (tmp_path / "old.db").read_bytes()
    put_back(tmp_path / "old.db", url)
    assert (tmp_path / "old.db").read_bytes() == before
    with opened(url) as store:
        assert get(store, "vim") == {"vim": VIM}


def test_a_backup_of_a_newer_version_is_refused(file: Path, url: str) -> None:
    upgrade(f"sqlite:///{file}", EXCLUDING)
    with pytest.raises(StoreUnsupported, match="schema 9999"):
        put_back(file, url)


def test_a_copy_can_become_a_store_of_its_own(file: Path, tmp_path: Path) -> None:
    copy = f"sqlite:///{tmp_path}/staging.db"
    done = restore(file, copy, NOW, replaces=False, is_another=True)
    with opened(copy) as store:
        assert head(store).store_id != done.head.store_id
        assert head(store).token_key != done.head.token_key
        assert (head(store).revision, done.lost) == (8, None)
        with store.read() as reading:
            assert reading.sinks() == []
    assert said(examined(copy, NOW).findings) == []


def test_a_store_on_postgresql_is_restored_otherwise(file: Path) -> None:
    with pytest.raises(StoreUnsupported, match="--mark-only"):
        put_back(file, "postgresql://127.0.0.1/items")
