"""Backups: of one moment, complete or not there, and for the eyes of the owner."""

import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from grpc_server.database.errors import StoreError, StoreLocked, StoreUnsupported
from grpc_server.database.opening import open_store
from items.v1 import items_pb2 as pb
from store_tools.backup import back_up
from store_tools.file_copies import unfinished
from tests.grpc_server.database.histories import add, get, head
from tests.needs import needs
from tests.store_tools.made import make_store
from tests.store_tools.schemas import VIM, make_old_store, opened
from tests.store_tools.test_doctor import examined


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/items.db"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "b.db"


def test_a_backup_holds_all_that_the_store_does(url: str, file: Path) -> None:
    make_store(url)
    made = back_up(url, file, replaces=False)
    assert (made.path, made.revision, made.size) == (file, 8, file.stat().st_size)
    assert examined(f"sqlite:///{file}").findings == []
    with opened(url) as store, opened(f"sqlite:///{file}") as copy:
        assert head(store) == head(copy)
        assert made.store_id == head(store).store_id


def test_a_backup_is_one_file_that_only_its_owner_reads(url: str, file: Path) -> None:
    make_store(url)
    back_up(url, file, replaces=False)
    assert [*file.parent.iterdir()] == [file]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_backup_is_made_while_a_server_owns_the_file_and_writes(url: str, file: Path) -> None:
    store = open_store(url)
    add(store, *(pb.Item(id=f"i{number}", name="n" * 500) for number in range(500)))
    enough, made = Event(), []

    def write() -> None:
        while not enough.is_set():
            made.extend(add(store, pb.Item(id="vim")))

    writer = Thread(target=write)
    writer.start()
    for number in range(5):
        back_up(url, file.with_name(f"{number}.db"), replaces=False)
    enough.set()
    writer.join()
    store.close()
    for number in range(5):
        copy = f"sqlite:///{file.with_name(f'{number}.db')}"
        assert [str(each) for each in examined(copy).findings if each.is_damage] == []
    assert made


def test_a_file_that_is_there_is_kept_unless_it_is_to_be_replaced(url: str, file: Path) -> None:
    make_store(url)
    file.write_text("precious")
    with pytest.raises(FileExistsError, match="--force"):
        back_up(url, file, replaces=False)
    assert file.read_text() == "precious"
    back_up(url, file, replaces=True)
    assert examined(f"sqlite:///{file}").revision == 8


def test_a_store_in_use_is_not_replaced_by_a_backup(url: str, file: Path) -> None:
    make_store(url)
    with opened(f"sqlite:///{file}") as other:
        add(other, VIM)
        with pytest.raises(StoreUnsupported, match="in use"):
            back_up(url, file, replaces=True)
        assert get(other, "vim").keys() == {"vim"}


def test_a_backup_onto_the_store_itself_is_refused(url: str, tmp_path: Path) -> None:
    make_store(url)
    with pytest.raises(StoreUnsupported, match="is the store itself"):
        back_up(url, tmp_path / "items.db", replaces=True)


def test_what_a_killed_backup_left_is_used_again(url: str, file: Path) -> None:
    make_store(url)
    left = file.with_name("b.db.partial")
    left.write_bytes(b"half a backup" * 10_000)
    left.chmod(0o644)
    back_up(url, file, replaces=False)
    assert [*file.parent.iterdir()] == [file]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert examined(f"sqlite:///{file}").findings == []


def test_two_backups_into_one_file_do_not_mix(url: str, file: Path) -> None:
    make_store(url)
    with unfinished(file, ".partial"), pytest.raises(StoreLocked):
        back_up(url, file, replaces=False)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB."""
    needs("tmpfs")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["/bin/umount", disk], check=True)


def test_a_disk_that_is_full_is_told_and_nothing_is_left_on_it(url: str, small_disk: Path) -> None:
    make_store(url)
    with pytest.raises(StoreError, match="disk is full"):
        back_up(url, small_disk / "b.db", replaces=False)
    assert [*small_disk.iterdir()] == []


def test_a_store_of_an_older_schema_is_backed_up_before_it_is_migrated(
    url: str, file: Path
) -> None:
    make_old_store(url, "0001", VIM)
    assert back_up(url, file, replaces=False).revision == 1


def test_what_is_no_store_is_not_backed_up(tmp_path: Path, file: Path) -> None:
    (tmp_path / "items.db").write_bytes(b"no database" * 1000)
    (tmp_path / "empty.db").touch()
    for name in ("items", "empty", "missing"):
        with pytest.raises(StoreError):
            back_up(f"sqlite:///{tmp_path}/{name}.db", file, replaces=False)
    assert [*file.parent.iterdir()] == []
    assert not (tmp_path / "missing.db").exists()


def test_a_store_on_postgresql_has_its_own_means(file: Path) -> None:
    with pytest.raises(StoreUnsupported, match="pg_dump"):
        back_up("postgresql://127.0.0.1/items", file, replaces=False)


def test_a_folder_that_is_missing_is_named_and_no_temporary_file(url: str, tmp_path: Path) -> None:
    make_store(url)
    with pytest.raises(StoreUnsupported) as refusal:
        back_up(url, tmp_path / "nowhere/b.db", replaces=False)
    assert str(refusal.value).startswith(f"there is no folder {tmp_path}/nowhere;")


def test_a_file_that_cannot_be_made_is_named_and_no_temporary_file(url: str) -> None:
    make_store(url)
    with pytest.raises(OSError, match=r"'/proc/b\.db'"):
        back_up(url, Path("/proc/b.db"), replaces=False)
