"""Backups of a store in an SQLite file: online, of one moment, and complete or absent."""

import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from grpc_server.database.errors import StoreUnsupported
from grpc_server.database.schema import migration
from grpc_server.database.schema.tables import store as store_table
from grpc_server.database.sqlite.folder import refuse_missing
from grpc_server.database.store_url import is_postgresql
from store_tools.access import beside, existing
from store_tools.file_copies import copy_database, publish, refuse_in_use, unfinished

POSTGRESQL = (
    "a store on PostgreSQL is backed up by PostgreSQL's own means: pg_dump, or a base backup "
    "and its log for any moment; docs/operations.md says how, and what a restore needs then"
)


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup: its store and revision, its size in bytes, and the seconds that it took."""

    path: Path
    store_id: str
    revision: int
    size: int
    seconds: float


def back_up(url: str, path: Path, *, replaces: bool) -> Backup:
    """Write the store at *url* into the file *path*, beside the server that uses it.

    Raises:
        FileExistsError: the file exists, and the backup does not *replace* it.
        OSError: the file cannot be written.
        StoreError: the store cannot be read, or the disk is full.
    """
    if is_postgresql(url):
        raise StoreUnsupported(POSTGRESQL)
    start = time.monotonic()
    path = path.resolve()
    _refuse_taken(path, existing(url), replaces=replaces)
    with (
        beside(url) as database,
        database.snapshot() as connection,
        unfinished(path, ".partial") as copy,
    ):
        store_id, revision = _identity(connection)
        copy_database(connection, copy, path)
        size = copy.stat().st_size
        publish(copy, path, replaces=replaces)
    return Backup(path, store_id, revision, size, time.monotonic() - start)


def _identity(connection: Connection) -> tuple[str, int]:
    """Return the id and the revision of a store of any schema: backups come before migrations."""
    migration.refuse_foreign(connection)
    if migration.current(connection) is None:
        raise StoreUnsupported("the database is empty: no server has used it yet")
    row = connection.execute(select(store_table.c.store_id, store_table.c.revision)).one()
    return row.store_id, row.revision


def _refuse_taken(path: Path, store: Path, *, replaces: bool) -> None:
    """Refuse *path* before anything is copied; `publish` refuses for certain."""
    refuse_missing(path.parent)
    refuse_in_use(path)
    if path == store:
        raise StoreUnsupported(f"{path} is the store itself; name another file")
    if path.exists() and not replaces:
        raise FileExistsError(f"{path} is there already; --force replaces it")
