"""Copies of an SQLite file: whole, of one moment, and on the disk before anybody sees them."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2
from sqlalchemy import Connection

from grpc_server.database.driver_errors import driver_errors_translated
from grpc_server.database.errors import StoreLocked, StoreUnsupported
from grpc_server.database.sqlite.engines import log_of

_PAGES = 2000
"""Pages that are copied at a time: between two steps the copy can be interrupted."""


def refuse_in_use(path: Path) -> None:
    """Raise StoreUnsupported if *path* is a database that somebody has open, or has not closed.

    What it has in its log would be taken for a part of the file that replaces it. A folder
    cannot be replaced, either.
    """
    if path.is_dir():
        raise StoreUnsupported(f"{path} is a folder; name a file in it")
    if log_of(path).exists():
        raise StoreUnsupported(f"{path} is a store that is in use, or was when its process ended")


@contextmanager
def unfinished(path: Path, suffix: str) -> Iterator[Path]:
    """Give the path of an empty file beside *path*, for the owner's eyes only.

    Its name is that of *path* with *suffix*; errors name *path*, which the operator knows.
    After the block, what is still there of it is removed. One that was left behind by a
    process that was killed is used again.

    Raises:
        StoreLocked: another process is writing it.
        OSError: it cannot be made.
    """
    beside = path.with_name(path.name + suffix)
    with _named(path):
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(beside, flags, 0o600)
    try:
        _take(descriptor, beside, path)
        os.fchmod(descriptor, 0o600)
        os.ftruncate(descriptor, 0)
        yield beside
    finally:
        _remove(beside)
        os.close(descriptor)


def copy_database(source: Connection, copy: Path, name: Path) -> None:
    """Copy the snapshot that *source* reads into the file *copy*, as one file without a log.

    Whoever writes to the source goes on. Raises StoreError, which says *name*, if the copy
    cannot be written.
    """
    with driver_errors_translated(str(name)):
        target = dbapi2.connect(str(copy), isolation_level=None)
        try:
            target.execute("PRAGMA synchronous = OFF")  # it is synchronized once, at the end
            _raw(source).backup(target, pages=_PAGES)
            target.execute("PRAGMA journal_mode = DELETE").fetchone()
        finally:
            target.close()


def publish(finished: Path, path: Path, *, replaces: bool) -> None:
    """Give *finished* the name *path*, at once and for good: power may fail at any moment.

    Raises FileExistsError if there is such a file, unless it *replaces* that.
    """
    _synchronize(finished)
    if replaces:
        finished.replace(path)
    else:
        path.hardlink_to(finished)
        finished.unlink()
    _synchronize(path.parent)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Let errors of the system in the block name *path*."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _take(descriptor: int, copy: Path, path: Path) -> None:
    """Keep others from writing the *copy*, which may have just been finished and renamed."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_named_so = copy.stat().st_ino == os.fstat(descriptor).st_ino
    except OSError as error:
        raise StoreLocked(f"another process is writing {path}") from error
    if not is_named_so:
        raise StoreLocked(f"another process has just written {path}; try again")


def _remove(path: Path) -> None:
    for name in (path.name, f"{path.name}-journal", f"{path.name}-wal", f"{path.name}-shm"):
        with suppress(FileNotFoundError):
            path.with_name(name).unlink()


def _synchronize(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _raw(connection: Connection) -> Any:
    return connection.connection.dbapi_connection
