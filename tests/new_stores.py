"""Stores as they are when they have just been made, without the time that it takes to make one."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, text

from grpc_server.database.opening import identify
from grpc_server.database.postgresql.engines import connection_settings, writing_engine
from grpc_server.database.schema import tables
from grpc_server.database.schema.migration import Migrations
from grpc_server.database.sqlite import engines
from grpc_server.database.store_url import is_postgresql, sqlite_path
from tests import postgresql

_KEPT = {"schema_support"}
"""What the migrations have written, and is the same in every store."""

_EMPTIED = ", ".join(name for name in tables.metadata.tables if name not in _KEPT)


@contextmanager
def engine_at(url: str) -> Iterator[Engine]:
    """An engine that writes, whoever else does."""
    if is_postgresql(url):
        engine = writing_engine(connection_settings(url))
    else:
        engine = engines.writing_engine(sqlite_path(url))
    yield engine
    engine.dispose()


def make_file(path: Path) -> None:
    """Make a new store in a file at *path*."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_migrated_file(), path)
    with engine_at(f"sqlite:///{path}") as engine, engine.begin() as connection:
        identify(connection)


class Databases:
    """Databases of the shared PostgreSQL, each with a store, which are lent again and again.

    Who borrows one leaves its schema as it is.
    """

    def __init__(self) -> None:
        self._idle: list[str] = []

    def lend(self) -> str:
        """Give the name of a database that holds a new store."""
        name = self._idle.pop() if self._idle else _migrated_database()
        with engine_at(postgresql.url(name)) as engine, engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {_EMPTIED}"))
            identify(connection)
        return name

    def take_back(self, name: str) -> None:
        """Take a database back, whoever is connected to it."""
        postgresql.disconnect(name)
        self._idle.append(name)


@cache
def databases() -> Databases:
    """Those that all tests share."""
    return Databases()


@cache
def _migrated_file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="items-new-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _migrate(f"sqlite:///{folder}/items.db")
    return folder / "items.db"


def _migrated_database() -> str:
    name = f"items_test_{uuid4().hex}"
    postgresql.create(name)
    atexit.register(postgresql.drop, name)
    _migrate(postgresql.url(name))
    return name


def _migrate(url: str) -> None:
    with engine_at(url) as engine, engine.begin() as connection:
        Migrations().apply(connection)
