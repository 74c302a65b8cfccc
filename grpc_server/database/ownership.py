"""Who may use a database file: one process at a time.

A second process would wait for the first one's writes, or overtake them, without
anybody noticing. The lock is the kernel's and lies on a file beside the database:
it goes with its process, however that ends.
"""

import fcntl
import os
from pathlib import Path
from typing import Self

from grpc_server.database.errors import StoreLocked, StoreUnsupported


class Ownership:
    """The exclusive right to use a database file, from `of` until `release`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def of(cls, database: Path) -> Self:
        """Take the right to *database*; raises StoreLocked if it is taken."""
        path = database.with_name(database.name + ".lock")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
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
        return cls(descriptor)

    def release(self) -> None:
        """Give the right up; the file stays, for the next owner."""
        os.close(self._descriptor)
