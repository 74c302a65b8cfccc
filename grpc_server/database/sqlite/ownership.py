"""Who may use a database file: one process at a time, whatever the file is called.

A second process would wait for the first one's writes, or overtake them, without
anybody noticing; under another name, it would have a log of its own. The locks are the
kernel's: they go with their process, however that ends. One lies on a file beside the
database, and tells who has it. One lies on the database, for hard links and bind mounts:
it is of flock, which SQLite's own locks, of fcntl, do not meet on a local disk.
"""

import fcntl
import os
from pathlib import Path
from typing import Self

from grpc_server.database.errors import StoreLocked, StoreUnsupported

OWNER_ONLY = 0o600
"""The mode of a new file: the key of page tokens is in it. SQLite gives it to its log, too."""


class Ownership:
    """The exclusive right to use a database file, from `of` until `release`."""

    def __init__(self, *descriptors: int) -> None:
        self._descriptors = descriptors

    @classmethod
    def of(cls, database: Path, *, creates: bool = False) -> Self:
        """Take the right to *database*; raises StoreLocked if it is taken.

        With *creates*, a file that is missing is made, for its owner only.
        """
        beside = _lock_beside(database)
        try:
            itself = _lock_itself(database, os.O_CREAT if creates else 0)
        except BaseException:
            os.close(beside)
            raise
        return cls(beside) if itself is None else cls(beside, itself)

    def release(self) -> None:
        """Give the right up, when SQLite has closed the file; the lock beside it stays.

        To close any descriptor of the file ends the locks that SQLite has on it.
        """
        for descriptor in self._descriptors:
            os.close(descriptor)


def _lock_beside(database: Path) -> int:
    path = database.with_name(database.name + ".lock")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY)
    except OSError as error:
        raise StoreUnsupported(f"{path}: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        owner = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
        os.close(descriptor)
        raise StoreLocked(f"{database} is in use by process {owner or 'unknown'}") from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def _lock_itself(database: Path, flags: int) -> int | None:
    """Lock the database itself; None if there is no such file.

    On NFS, where flock is made of fcntl, one that only reads is refused the lock: then
    the one beside it has to do.
    """
    try:
        descriptor = os.open(database, os.O_RDONLY | os.O_CLOEXEC | flags, OWNER_ONLY)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreUnsupported(f"{database}: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        # It stays open: if this process has the file by the other name, closing it here
        # would end the locks of its SQLite.
        raise StoreLocked(f"{database} is in use under another name of the file") from error
    except OSError:
        pass
    return descriptor
