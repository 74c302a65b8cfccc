"""A store from a backup: verified, migrated to this version's schema, and put in place at once."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2
from sqlalchemy import Connection

from grpc_server.database.driver_errors import driver_errors_translated
from grpc_server.database.errors import StoreCorrupt, StoreError, StoreLocked, StoreUnsupported
from grpc_server.database.schema import migration
from grpc_server.database.schema.migration import Migrations
from grpc_server.database.sql import read_transaction
from grpc_server.database.sql.skipped_revisions import leave_out
from grpc_server.database.sqlite import engines
from grpc_server.database.sqlite.folder import require_folder
from grpc_server.database.sqlite.ownership import Ownership
from grpc_server.database.store import Head, LostRevisions
from grpc_server.database.store_url import is_postgresql, sqlite_path
from store_tools.access import file_beside, owned
from store_tools.doctor.examination import examine
from store_tools.file_copies import copy_database, publish, unfinished
from store_tools.new_store import become_another
from store_tools.sessions import refuse_sessions

POSTGRESQL = (
    "a store on PostgreSQL is restored by PostgreSQL's own means; then, before a server "
    "starts, run: items restore --mark-only"
)

_TOLD = 3


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored store: the *head* of its backup, the revisions it has lost, and what it replaced.

    A store that has become another one has lost none.
    """

    path: Path
    head: Head
    lost: LostRevisions | None
    replaced: Path | None


def restore(
    backup: Path, url: str, now: datetime, *, replaces: bool, is_another: bool = False
) -> Restored:
    """Put the store in the file *backup* in place at *url*; the backup stays as it is.

    With *replaces*, a store that is there is set aside, and not lost. With *is_another*,
    the result is another store than that of the backup.

    Raises:
        StoreLocked: a server, or another command, uses the store.
        StoreCorrupt: the backup is damaged.
        StoreUnsupported: the file is no backup, or of a version that does not admit this one.
        FileExistsError: there is a store, and it is not to be replaced.
        OSError: the file cannot be written.
    """
    if is_postgresql(url):
        raise StoreUnsupported(POSTGRESQL)
    path = sqlite_path(url)
    require_folder(path.parent)
    with _owned(path), unfinished(path, ".restoring") as copy:
        is_there = _refuse_taken(path, backup.resolve(), replaces=replaces)
        with file_beside(backup) as database, database.snapshot() as connection:
            copy_database(connection, copy, path)
        with _prepared(copy, backup) as connection:
            head = _verified(connection, backup, now)
            lost = _told_apart(connection, now, is_another=is_another)
        replaced = _set_aside(path, copy, now) if is_there else None
        publish(copy, path, replaces=True)
    return Restored(path, head, lost, replaced)


def mark(url: str, now: datetime) -> tuple[Head, LostRevisions]:
    """Skip the revisions that may be lost in a store that other tools have put back.

    Raises:
        StoreLocked: servers, or another command, use the store.
        StoreError: it cannot be reached, or is none that this version serves.
    """
    with owned(url) as database, database.engine.begin() as connection:
        migration.refuse_foreign(connection)
        migration.refuse_unserved(connection, Migrations(), database.url)
        refuse_sessions(connection)
        return read_transaction.head(connection), leave_out(connection, now)


@contextmanager
def _owned(path: Path) -> Iterator[None]:
    ownership = Ownership.of(path)
    try:
        yield
    finally:
        ownership.release()


def _refuse_taken(path: Path, backup: Path, *, replaces: bool) -> bool:
    """Return whether there is a store already, which may be replaced."""
    if path == backup:
        raise StoreUnsupported(f"{path} is the store itself, not a backup of it")
    is_there = path.exists() and path.stat().st_size > 0
    if is_there and not replaces:
        raise FileExistsError(f"{path} is there already; --force sets it aside")
    if not is_there and engines.log_of(path).exists():
        raise StoreUnsupported(
            f"{engines.log_of(path)} is the log of a store that is not there; move it away"
        )
    return is_there


@contextmanager
def _prepared(copy: Path, backup: Path) -> Iterator[Connection]:
    """Migrate the copy to the schema of this version, and yield a connection that changes it."""
    engine = engines.writing_engine(copy)
    try:
        with driver_errors_translated(str(backup)), engine.begin() as connection:
            _migrate(connection, backup)
            yield connection
    finally:
        engine.dispose()


def _migrate(connection: Connection, backup: Path) -> None:
    migration.refuse_foreign(connection)
    found, known = migration.current(connection), Migrations()
    if found is None:
        raise StoreUnsupported(f"{backup} is empty, not a backup")
    if known.knows(found):
        known.apply(connection)
    else:
        migration.refuse_unserved(connection, known, "")


def _verified(connection: Connection, backup: Path, now: datetime) -> Head:
    damage = [finding for finding in examine(connection, now).findings if finding.is_damage]
    if damage:
        told = "; ".join(map(str, damage[:_TOLD]))
        more = f"; and {len(damage) - _TOLD} more" if len(damage) > _TOLD else ""
        raise StoreCorrupt(f"{backup} is damaged: {told}{more}")
    return read_transaction.head(connection)


def _told_apart(connection: Connection, now: datetime, *, is_another: bool) -> LostRevisions | None:
    if is_another:
        become_another(connection)
        return None
    return leave_out(connection, now)


def _set_aside(path: Path, copy: Path, now: datetime) -> Path:
    """Keep the file at *path* under a second name, and return that.

    *copy* takes the owner and the mode of the file. Its log is merged into it, or, if it is
    damaged, gets a second name, too.
    """
    kept = path.with_name(f"{path.name}.replaced-{now:%Y%m%dT%H%M%SZ}")
    kept.hardlink_to(path)
    with suppress(FileNotFoundError):
        engines.log_of(kept).hardlink_to(engines.log_of(path))
    try:
        _close_log(path)
    except StoreLocked:
        _remove(kept, engines.log_of(kept))
        raise
    except StoreError:
        _remove(engines.log_of(path), path.with_name(path.name + "-shm"))
    else:
        _remove(engines.log_of(kept))
    shutil.copymode(path, copy)
    with suppress(PermissionError):
        os.chown(copy, path.stat().st_uid, path.stat().st_gid)
    return kept


def _close_log(path: Path) -> None:
    """Merge the log of *path* into the file, and remove it.

    A log that stayed would be taken for that of the file that replaces this one.
    """
    with driver_errors_translated(str(path)), closing(_opened(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if engines.log_of(path).exists():
        raise StoreLocked(f"another command reads {path}; try again when it has ended")


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _opened(path: Path) -> Any:
    return dbapi2.connect(str(path), isolation_level=None)
