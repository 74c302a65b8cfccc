"""The file of a store: who can read it, and that one process uses it, whatever it is called."""

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from grpc_server.database.errors import StoreLocked
from grpc_server.database.opening import open_store
from items.v1 import items_pb2 as pb
from tests.grpc_server.database.histories import add, head
from tests.needs import needs


@pytest.fixture
def careless() -> Iterator[None]:
    """A process that lets everybody read what it makes."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[ExitStack]:
    """A store in `items.db` that is open; what else is to be undone."""
    with ExitStack() as parts:
        store = open_store(f"sqlite:///{tmp_path}/items.db")
        add(parts.enter_context(closing(store)), pb.Item(id="a"))
        yield parts


def let_everybody_enter(folder: Path) -> None:
    """Open *folder* to everybody, and those above it that pytest has made."""
    for each in (folder, *folder.parents):
        if each == Path(tempfile.gettempdir()).resolve():
            return
        each.chmod(0o755)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("careless")
def test_a_new_store_is_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data"  # the default one, which alone is made
    with closing(open_store(f"sqlite:///{folder}/items.db")) as store:
        add(store, pb.Item(id="a"))
        files = {each.name: mode(each) for each in folder.iterdir()}
    assert mode(folder) == 0o700
    assert files == dict.fromkeys(
        ("items.db", "items.db-wal", "items.db-shm", "items.db.lock"), 0o600
    )


@pytest.mark.usefixtures("careless")
def test_a_store_that_everybody_can_read_is_warned_of_and_kept_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "items.db"
    open_store(f"sqlite:///{path}").close()
    path.chmod(0o644)
    with capture_logs() as logs:
        open_store(f"sqlite:///{path}").close()
    assert logs == []  # pytest's folders can be entered by their owner only
    let_everybody_enter(tmp_path)
    with capture_logs() as logs:
        open_store(f"sqlite:///{path}").close()
    assert mode(path) == 0o644
    assert [line["event"] for line in logs] == [
        f"everybody on this machine can read {path}: run chmod o-rwx on it and its -wal file"
    ]


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("name", ["hardlink_to", "symlink_to"])
def test_a_store_is_owned_by_whatever_name_it_is_called(tmp_path: Path, name: str) -> None:
    (elsewhere := tmp_path / "elsewhere").mkdir()
    other = elsewhere / "other.db"
    getattr(other, name)(tmp_path / "items.db")
    with pytest.raises(StoreLocked, match="is in use"):
        open_store(f"sqlite:///{other}")
    assert not (elsewhere / "other.db-wal").exists()


def test_a_store_is_owned_through_a_bind_mount(tmp_path: Path, opened: ExitStack) -> None:
    needs("tmpfs")
    (mounted := tmp_path / "mounted").mkdir()
    (mounted / "items.db").touch()
    subprocess.run(
        ["/bin/mount", "--bind", tmp_path / "items.db", mounted / "items.db"], check=True
    )
    opened.callback(lambda: subprocess.run(["/bin/umount", mounted / "items.db"], check=True))
    server = (sys.executable, "-m", "grpc_server", "--store", f"sqlite:///{mounted}/items.db")
    refused = subprocess.run(server, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 1
    assert "is in use under another name of the file" in refused.stdout + refused.stderr


def test_a_store_can_be_used_by_its_other_name_when_it_is_closed(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/items.db")) as store:
        add(store, pb.Item(id="a"))
    (tmp_path / "other.db").hardlink_to(tmp_path / "items.db")
    with closing(open_store(f"sqlite:///{tmp_path}/other.db")) as store:
        assert head(store).revision == 1
