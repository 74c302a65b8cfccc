"""How a store is opened: whose it is, which schema it has, and its connections."""

import os
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Engine, insert, select

from grpc_server.database import migration, schema
from grpc_server.database.address import sqlite_path
from grpc_server.database.connections import Connections
from grpc_server.database.errors import StoreUnsupported
from grpc_server.database.failures import driver_errors_translated
from grpc_server.database.ownership import Ownership
from grpc_server.database.sql_store import Roles, SqlStore
from grpc_server.database.sqlite import (
    getting_engine,
    keep_log,
    reading_engine,
    refuse_unsafe_sqlite,
    writing_engine,
)
from grpc_server.database.store import Store

RandomBytes = Callable[[int], bytes]


def open_store(
    url: str, *, readers: int = 6, random_bytes: RandomBytes = secrets.token_bytes
) -> Store:
    """Open the store at *url*, making it, or bringing its schema up to date, as needed.

    Raises StoreUnsupported if *url* or what is there cannot be used, StoreLocked if
    another process uses it, StoreCorrupt if it is damaged.
    """
    path = sqlite_path(url)
    refuse_unsafe_sqlite()
    _make_folder(path.parent)
    with ExitStack() as parts, driver_errors_translated(str(path)):
        parts.callback(Ownership.of(path).release)
        _refuse_read_only(path)
        engine = writing_engine(path)
        parts.callback(engine.dispose)
        _prepare(engine, random_bytes)
        writing = Connections(engine, size=1)
        parts.callback(writing.close)
        reading = Connections(reading_engine(path), size=readers)
        parts.callback(reading.close)
        getting = Connections(getting_engine(path), size=1)
        parts.callback(getting.close)
        roles = Roles(getting=getting, reading=reading, writing=writing)
        return SqlStore(str(path), roles, parts.pop_all())


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnsupported(f"{folder} cannot be made: {error.strerror}") from error


def _refuse_read_only(path: Path) -> None:
    """Find out before SQLite does, which would open the file all the same."""
    try:
        os.close(os.open(path, os.O_RDWR))
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreUnsupported(f"{path} cannot be written: {error.strerror}") from error


def _prepare(engine: Engine, random_bytes: RandomBytes) -> None:
    with engine.connect() as connection:
        migration.refuse_foreign(connection)
    keep_log(engine)
    with engine.begin() as connection:
        migration.upgrade(connection)
        _found(connection, random_bytes)


def _found(connection: Connection, random_bytes: RandomBytes) -> None:
    """Give the store its identity, unless it has one."""
    if connection.execute(select(schema.store.c.singleton)).one_or_none():
        return
    identity = {
        "singleton": 1,
        "store_id": str(UUID(bytes=random_bytes(16), version=4)),
        "revision": 0,
        "oldest_revision": 1,
        "token_key": random_bytes(32),
    }
    connection.execute(insert(schema.store).values(identity))
