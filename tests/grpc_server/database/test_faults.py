"""What happens when the disk is full, the file read-only, or the database damaged."""

import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from grpc_server.database.errors import StoreCorrupt, StoreUnavailable, StoreUnsupported
from grpc_server.database.opening import open_store
from grpc_server.database.store import Store
from items.v1 import items_pb2 as pb
from tests.grpc_server.database.connections import connections_opened
from tests.grpc_server.database.histories import add, change, commit, get, head

SMALL = pb.Item(id="small")
LARGE = pb.Item(id="large", description="x" * 2_000_000)
PAGE = 4096
NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "items.db"


def test_a_write_into_a_full_database_writes_nothing(path: Path) -> None:
    with connections_opened("max_page_count = 200"):
        store = open_store(_url(path))
    _refuses_large_and_then_takes_small(store)


def test_a_write_that_the_disk_does_not_take_writes_nothing(path: Path) -> None:
    store = open_store(_url(path))
    with _files_at_most(1_000_000):
        _refuses_large_and_then_takes_small(store)


def _refuses_large_and_then_takes_small(store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        commit(store, change(1, pb.Item(id="first")), change(2, LARGE))
    assert (get(store, "first", "large"), head(store).revision) == ({}, 0)
    add(store, SMALL)
    assert list(get(store, "small")) == ["small"]
    store.close()


def test_a_database_that_another_program_holds_is_unavailable_until_it_lets_go(
    path: Path,
) -> None:
    with connections_opened("busy_timeout = 1"):
        store = open_store(_url(path))
    other = dbapi2.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        add(store, SMALL)
    other.close()
    add(store, SMALL)
    assert list(get(store, "small")) == ["small"]
    store.close()


@pytest.mark.parametrize("name", ["items.db", "items.db-wal"])
def test_a_file_that_is_removed_is_missed_until_it_is_put_back(path: Path, name: str) -> None:
    store = open_store(_url(path))
    file, elsewhere = path.with_name(name), path.with_name("elsewhere")
    file.rename(elsewhere)
    with pytest.raises(StoreUnavailable, match=f"{name} was removed while it was served"):
        add(store, SMALL)
    with pytest.raises(StoreUnavailable, match="was removed"):
        head(store)
    with pytest.raises(StoreUnavailable, match="was removed"):
        get(store, "small")
    elsewhere.rename(file)
    add(store, SMALL)
    store.close()
    assert list(_reopened(path, "small")) == ["small"]


def test_a_file_that_is_replaced_is_not_written_beside(path: Path) -> None:
    store = open_store(_url(path))
    path.rename(path.with_name("elsewhere"))
    path.touch()
    with pytest.raises(StoreUnavailable, match=r"items\.db was replaced by another file"):
        add(store, SMALL)
    store.close()
    assert path.read_bytes() == b""


def _reopened(path: Path, *ids: str) -> dict[str, pb.Item]:
    store = open_store(_url(path))
    try:
        return get(store, *ids)
    finally:
        store.close()


def test_a_read_only_file_is_refused() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "items.db")
        open_store(_url(path)).close()
        path.with_name("items.db.lock").unlink()
        path.chmod(0o444)
        Path(folder).chmod(0o777)
        with _without_privileges(), pytest.raises(StoreUnsupported, match="cannot be written"):
            open_store(_url(path))


def test_a_damaged_database_is_reported_as_such(path: Path) -> None:
    store = open_store(_url(path))
    add(store, *(pb.Item(id=f"i{number}") for number in range(100)))
    store.close()
    with path.open("r+b") as file:
        file.seek(PAGE)
        file.write(b"\xff" * (path.stat().st_size - PAGE))
    with pytest.raises(StoreCorrupt, match=r"items\.db"):
        open_store(_url(path))


def test_a_damaged_item_is_reported_as_such(path: Path) -> None:
    store = open_store(_url(path))
    add(store, SMALL)
    with dbapi2.connect(path) as vandal:
        vandal.execute("UPDATE items SET payload = x'ff'")
    vandal.close()
    with pytest.raises(StoreCorrupt, match="cannot be decoded"):
        get(store, "small")
    store.close()


def test_every_acknowledged_write_is_on_disk_and_only_the_writer_touches_the_log(
    path: Path,
) -> None:
    with connections_opened() as opened:
        store = open_store(_url(path), readers=2)
    writer, *readers = opened
    assert len(readers) == 3  # two for snapshots, one for single statements
    assert _pragmas(writer) == {"journal_mode": "wal", "synchronous": 2, "query_only": 0}
    for reader in readers:
        assert _pragmas(reader)["query_only"] == 1
        assert reader.execute("PRAGMA wal_autocheckpoint").fetchone() == (0,)
    store.close()


def test_tables_are_strict(path: Path) -> None:
    open_store(_url(path)).close()
    with dbapi2.connect(path) as connection:
        tables = connection.execute(
            "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        ).fetchall()
    connection.close()
    ours = {name for name, strict in tables if strict}
    assert ours == {
        "items",
        "item_labels",
        "changes",
        "request_ids",
        "store",
        "sinks",
        "parked_events",
        "schema_support",
    }


def _pragmas(connection: dbapi2.Connection) -> dict[str, object]:
    names = ("journal_mode", "synchronous", "query_only")
    return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}


@contextmanager
def _files_at_most(size: int) -> Iterator[None]:
    """Let the kernel refuse to make any file larger."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def _without_privileges() -> Iterator[None]:
    """Be a user for whom the permissions of files hold."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def _url(path: Path) -> str:
    return f"sqlite:///{path}"
