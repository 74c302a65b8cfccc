"""How a store is opened, and what is refused."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from grpc_server.database.errors import (
    StoreCorrupt,
    StoreLocked,
    StoreUnavailable,
    StoreUnsupported,
)
from grpc_server.database.opening import open_store
from grpc_server.database.schema.version_table import VERSION_TABLE
from grpc_server.database.sqlite.engines import refuse_unsafe_sqlite
from grpc_server.settings import Settings
from items.v1 import items_pb2 as pb
from tests.grpc_server.database.histories import add, get, head

HOLD = """
import sys
from grpc_server.database.opening import open_store
store = open_store(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "items.db"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "is not a database URL"),
        ("items.db", "is not a database URL"),
        ("sqlite", "is not a database URL"),
        ("sqlite://", "in memory"),
        ("sqlite:///", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite://items.db", "slash is missing"),
        ("sqlite:///items.db?mode=ro", "options are not supported"),
        ("sqlite:///file:items.db", "is not a path"),
        ("sqlite:///items\0.db", "is not a path"),
        ("sqlite+aiosqlite:///items.db", "'sqlite+aiosqlite' is not a supported database"),
        ("mysql://me:secret@host/items", "'mysql' is not a supported database"),
        ("sqlite://host:99999999/items.db", "slash is missing"),
        ("sqlite://host:port/items.db", "is not a database URL"),
    ],
)
def test_a_url_that_names_no_file_is_refused_with_what_to_write(url: str, message: str) -> None:
    with pytest.raises(StoreUnsupported, match="use sqlite:///") as refusal:
        open_store(url)
    assert message in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_a_directory_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreUnsupported, match="is a directory"):
        open_store(f"sqlite:///{tmp_path}")


def test_a_folder_that_is_missing_is_refused_with_the_way_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(StoreUnsupported, match=f"run: mkdir -p '?{tmp_path}/a b'?"):
        open_store(f"sqlite:///{tmp_path}/a b/items.db")
    assert not (tmp_path / "a b").exists()


def test_the_folder_of_the_default_store_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    open_store(Settings.model_fields["store"].default).close()
    assert (tmp_path / "data/items.db").is_file()


def test_a_relative_path_is_taken_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///items.db").close()
    assert (tmp_path / "items.db").is_file()


def test_a_file_in_the_place_of_the_folder_is_refused(path: Path) -> None:
    path.write_text("")
    with pytest.raises(StoreUnsupported, match="there is no folder"):
        open_store(f"sqlite:///{path}/items.db")


def test_a_place_where_nothing_can_be_written_is_refused() -> None:
    with pytest.raises(StoreUnsupported, match=r"/proc/items\.db"):
        open_store("sqlite:////proc/items.db")


def test_a_store_is_as_it_was_when_it_is_opened_again(path: Path) -> None:
    store = open_store(_url(path))
    (vim,) = add(store, pb.Item(id="vim"))
    before = head(store)
    store.close()
    store = open_store(_url(path))
    assert (get(store, "vim"), head(store)) == ({"vim": vim}, before)
    store.close()


def test_two_stores_have_two_identities_and_two_keys(tmp_path: Path) -> None:
    first, second = (open_store(_url(tmp_path / name)) for name in ("a.db", "b.db"))
    assert head(first).store_id != head(second).store_id
    assert head(first).token_key != head(second).token_key
    assert len(head(first).token_key) == 32
    first.close()
    second.close()


def test_identity_and_key_are_made_of_the_given_random_bytes(path: Path) -> None:
    store = open_store(_url(path), random_bytes=bytes)
    assert head(store).store_id == "00000000-0000-4000-8000-000000000000"
    assert head(store).token_key == bytes(32)
    store.close()


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.touch()
    open_store(_url(path)).close()
    assert path.stat().st_size > 0


def test_a_closed_store_answers_nothing_and_can_be_closed_again(path: Path) -> None:
    store = open_store(_url(path))
    store.close()
    store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        head(store)


def test_a_second_owner_is_refused_at_once(path: Path) -> None:
    store = open_store(_url(path))
    with pytest.raises(StoreLocked, match=f"{path} is in use by process {os.getpid()}"):
        open_store(_url(path))
    store.close()


def test_a_link_to_a_store_is_the_same_store(path: Path) -> None:
    link = path.with_name("link.db")
    link.symlink_to(path)
    store = open_store(_url(path))
    with pytest.raises(StoreLocked):
        open_store(_url(link))
    store.close()


def test_a_store_is_free_when_it_is_closed_or_could_not_be_opened(path: Path) -> None:
    path.write_bytes(b"no database" * 100)
    with pytest.raises(StoreCorrupt):
        open_store(_url(path))
    path.unlink()
    open_store(_url(path)).close()
    open_store(_url(path)).close()


def test_a_store_is_free_when_its_process_was_killed(path: Path) -> None:
    command = [sys.executable, "-c", HOLD, _url(path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        with pytest.raises(StoreLocked, match=f"process {process.pid}"):
            open_store(_url(path))
        process.send_signal(signal.SIGKILL)
    open_store(_url(path)).close()


def test_a_file_that_is_no_database_is_corrupt_and_stays_as_it_is(path: Path) -> None:
    path.write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreCorrupt, match="not a database"):
        open_store(_url(path))
    assert path.read_bytes() == b"garbage" * 1000


def test_a_database_of_somebody_else_is_refused_and_stays_as_it_is(path: Path) -> None:
    with dbapi2.connect(path) as other:
        other.execute("CREATE TABLE songs (title)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreUnsupported, match="holds songs"):
        open_store(_url(path))
    assert path.read_bytes() == before


def test_a_schema_of_a_newer_version_is_refused(path: Path) -> None:
    open_store(_url(path)).close()
    with dbapi2.connect(path) as newer:
        newer.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")  # noqa: S608 - a constant
        newer.execute("UPDATE schema_support SET serves_from = '9999'")
    newer.close()
    with pytest.raises(StoreUnsupported, match="schema 9999"):
        open_store(_url(path))


def test_a_store_whose_creation_was_cut_short_is_created_anew(path: Path) -> None:
    """What is left then is a file without tables: the schema comes all at once."""

    def no_bytes(_count: int) -> bytes:
        raise LookupError

    with pytest.raises(LookupError):
        open_store(_url(path), random_bytes=no_bytes)
    with dbapi2.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == []
    connection.close()
    open_store(_url(path)).close()


@pytest.mark.parametrize("version", [(3, 7, 0), (3, 45, 1), (3, 51, 2)])
def test_an_sqlite_that_corrupts_its_log_is_refused(version: tuple[int, ...]) -> None:
    with pytest.raises(StoreUnsupported, match=".".join(map(str, version))):
        refuse_unsafe_sqlite(version)


@pytest.mark.parametrize("version", [(3, 51, 3), (3, 53, 4), (4, 0, 0)])
def test_an_sqlite_that_keeps_its_log_is_taken(version: tuple[int, ...]) -> None:
    refuse_unsafe_sqlite(version)


def _url(path: Path) -> str:
    return f"sqlite:///{path}"
