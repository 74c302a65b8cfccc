"""The connection of a tool to the database of a store: alone, or beside the servers."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool

from grpc_server.database.driver_errors import driver_errors_translated
from grpc_server.database.errors import StoreUnavailable, StoreUnsupported
from grpc_server.database.opening import EXTRA
from grpc_server.database.sqlite import engines
from grpc_server.database.sqlite.ownership import Ownership
from grpc_server.database.store_url import is_postgresql, sqlite_path

PATIENCE_SECONDS = 10.0
"""The most time for a statement that others may have to wait for."""

READING_SECONDS = 3600.0
"""The most time for a statement that only reads."""


@dataclass(frozen=True, slots=True)
class Database:
    """A database that *engine* connects to; *url* names it, without a password."""

    engine: Engine
    url: str

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open a read snapshot. It is rolled back on exit, which works in a damaged file, too."""
        with driver_errors_translated(self.url), self.engine.connect() as connection:
            yield connection


@contextmanager
def owned(url: str, *, may_be_missing: bool = False) -> Iterator[Database]:
    """Open the database at *url* for writing. An SQLite file is owned until the block ends.

    Raises:
        StoreLocked: a server, or another command, uses the file.
        StoreError: the database cannot be reached.
    """
    with ExitStack() as parts:
        if is_postgresql(url):
            yield parts.enter_context(_postgresql(url, PATIENCE_SECONDS, "writing_engine"))
            return
        path = sqlite_path(url) if may_be_missing else existing(url)
        parts.enter_context(driver_errors_translated(str(path)))
        parts.callback(Ownership.of(path, creates=may_be_missing).release)
        yield parts.enter_context(_disposed(engines.writing_engine(path), path))


@contextmanager
def beside(url: str) -> Iterator[Database]:
    """Open the database at *url* for reading snapshots, beside the servers that use it.

    Raises:
        StoreError: the database cannot be reached.
    """
    if is_postgresql(url):
        with _postgresql(url, READING_SECONDS, "reading_engine") as database:
            yield database
        return
    with file_beside(existing(url)) as database:
        yield database


@contextmanager
def file_beside(path: Path) -> Iterator[Database]:
    """Open the database in the file *path* for reading snapshots, beside the server that uses it.

    Raises:
        StoreUnavailable: there is no such file.
        StoreError: the file cannot be read.
    """
    _refuse_missing(path)
    with (
        driver_errors_translated(str(path)),
        _disposed(engines.reading_engine(path, poolclass=NullPool), path) as database,
    ):
        yield database


def named(url: str) -> str:
    """Return the name of the database at *url*, as `Database.url` has it."""
    if is_postgresql(url):
        return str(_postgresql_settings(url, PATIENCE_SECONDS).where)
    return f"sqlite:///{sqlite_path(url)}"


def existing(url: str) -> Path:
    """Return the path of the SQLite file at *url*; opening one that is missing would create it.

    Raises:
        StoreUnavailable: there is no such file.
    """
    path = sqlite_path(url)
    engines.refuse_unsafe_sqlite()
    _refuse_missing(path)
    return path


def _refuse_missing(path: Path) -> None:
    if not path.is_file():
        raise StoreUnavailable(f"there is no file {path}")


@contextmanager
def _disposed(engine: Engine, path: Path) -> Iterator[Database]:
    try:
        yield Database(engine, f"sqlite:///{path}")
    finally:
        engine.dispose()


@contextmanager
def _postgresql(url: str, patience: float, engine: str) -> Iterator[Database]:
    settings = _postgresql_settings(url, patience)
    make: Any = getattr(_postgresql_module(), engine)
    with driver_errors_translated(settings.where):
        yield Database(make(settings), settings.where)


def _postgresql_settings(url: str, patience: float) -> Any:
    return _postgresql_module().connection_settings(url, patience, name="item-service-upkeep")


def _postgresql_module() -> Any:
    try:
        from grpc_server.database.postgresql import engines  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise StoreUnsupported(EXTRA.format(error)) from error
    return engines
