"""Copies of an SQLite file: whole, of one moment, and on the disk before they have their name."""

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
"""The pages of one step of the copy; between two steps it can be interrupted."""


def refuse_in_use(path: Path) -> None:
    """Refuse *path* if it is a folder, or a database that is open or was not closed.

    The log beside such a database would be taken for that of the file that replaces it.

    Raises:
        StoreUnsupported: it is.
    """
    if path.is_dir():
        raise StoreUnsupported(f"{path} is a folder; name a file in it")
    if log_of(path).exists():
        raise StoreUnsupported(
            f"{path} is a store that is in use, or was not closed; name another file"
        )


@contextmanager
def unfinished(path: Path, suffix: str) -> Iterator[Path]:
    """Yield the path of an empty file beside *path*, which only its owner can read.

    Its name is that of *path* with *suffix*; errors name *path*, which the operator knows.
    On exit, the file is removed if it is still there. One that a killed process has left is
    used again.

    Raises:
        StoreLocked: another process is writing it.
        OSError: it cannot be created.
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
    """Copy the snapshot of *source* into the file *copy*, as one file without a log.

    Servers go on writing to the source.

    Raises:
        StoreError: the copy cannot be written; the message names *name*.
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
    """Rename *finished* to *path*, atomically and with fsync: power may fail at any moment.

    Raises:
        FileExistsError: *path* exists, and *finished* does not *replace* it.
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
    """Make errors of the system in the block name *path*."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _take(descriptor: int, copy: Path, path: Path) -> None:
    """Lock the *copy*, which another process may have just finished and renamed."""
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
