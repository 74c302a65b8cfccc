"""The store that is moved: read beside its servers, and closed to them at the end."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import Connection, func, select

from grpc_server.database.errors import StoreLocked, StoreUnsupported
from grpc_server.database.schema import migration, tables, version_table
from grpc_server.database.schema.migration import Migrations
from grpc_server.database.schema.version_table import Seal
from grpc_server.database.sql import read_transaction
from grpc_server.database.sqlite.ownership import Ownership
from grpc_server.database.store import Head
from grpc_server.database.store_url import is_postgresql
from store_tools.access import Database, beside, existing, owned
from store_tools.sessions import refuse_sessions

_CHANGES = select(func.count()).select_from(tables.changes)


class StoreServed(StoreLocked):
    """Servers use the store that is to be moved."""


def head_of(connection: Connection, where: str) -> Head:
    """Return the head of a store that is served, or was moved away.

    Raises:
        StoreUnsupported: it is no store, or of another schema than this version's.
    """
    seal = version_table.seal_of(connection)
    if seal is not Seal.MOVED:
        migration.refuse_foreign(connection)
    found, known = version_table.version(connection, seal), Migrations()
    if found is None:
        raise StoreUnsupported(f"{where} is empty: no server has used it yet")
    if found != known.head:
        migration.refuse_unserved(connection, known, where)
        raise StoreUnsupported(f"the store has schema {found}; this version copies {known.head}")
    row = select(tables.store if seal is None else version_table.moved_store)
    return read_transaction.head_of(connection.execute(row).one())


def refuse_moved(connection: Connection, but_to: str) -> None:
    """Raise StoreUnsupported if the store was moved away to another place than *but_to*."""
    is_moved = version_table.seal_of(connection) is Seal.MOVED
    if is_moved and version_table.note_of(connection, Seal.MOVED) != but_to:
        migration.refuse_foreign(connection)


def changes_after(connection: Connection, revision: int) -> int:
    """Return the number of changes in the history after *revision*."""
    later = _CHANGES.where(tables.changes.c.revision > revision)
    return int(connection.execute(later).scalar_one())


@contextmanager
def unserved(url: str) -> Iterator[None]:
    """Keep servers away from the store in the block; on PostgreSQL, check that there are none.

    Raises:
        StoreServed: there are.
        StoreUnsupported: the lock of the file cannot be taken.
    """
    with ExitStack() as parts:
        with _served_told():
            if is_postgresql(url):
                with beside(url) as database, database.snapshot() as connection:
                    refuse_sessions(connection)
            elif not os.statvfs(existing(url)).f_flag & os.ST_RDONLY:
                parts.callback(Ownership.of(existing(url)).release)
        yield


def seal(url: str, moved_to: str) -> None:
    """Close the store to all servers: it is moved to *moved_to*.

    Raises:
        StoreServed: servers use it by now.
    """
    with _served_told(), owned(url) as database, database.engine.begin() as connection:
        if version_table.seal_of(connection) is not Seal.MOVED:
            version_table.put_seal(connection, Seal.MOVED, moved_to)
            refuse_sessions(connection)


def reopen(url: str) -> str:
    """Let servers open a store that was moved away; return where it was moved to.

    Raises:
        StoreUnsupported: it was not moved.
    """
    with owned(url) as database, database.engine.begin() as connection:
        if version_table.seal_of(connection) is not Seal.MOVED:
            raise StoreUnsupported(f"{database.url} was not moved: there is nothing to reopen")
        moved_to = version_table.note_of(connection, Seal.MOVED)
        version_table.break_seal(connection, Seal.MOVED)
        return moved_to


def refuse_same(original: Database, other: Database) -> None:
    """Raise StoreUnsupported if both are one database."""
    if original.url == other.url:
        raise StoreUnsupported(f"{original.url} is the store itself; name another database")


@contextmanager
def _served_told() -> Iterator[None]:
    try:
        yield
    except StoreLocked as error:
        raise StoreServed(str(error)) from error
