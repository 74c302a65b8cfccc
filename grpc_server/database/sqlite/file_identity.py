"""That a database file is still the one that was opened.

A process goes on with a file that has been removed: what it writes is gone when it ends.
"""

import os
from collections.abc import Callable
from pathlib import Path

from grpc_server.database.errors import StoreUnavailable

Check = Callable[[], None]
"""Raises StoreUnavailable if what would be written is lost."""

_Identity = tuple[int, int]


def presence(*paths: Path) -> Check:
    """Give what raises StoreUnavailable while one of *paths* does not lead to its file of now."""
    opened = {str(path): _identity(str(path)) for path in paths}

    def check() -> None:
        for path, identity in opened.items():
            if _identity(path) != identity:
                raise StoreUnavailable(_said(path))

    return check


def _identity(path: str) -> _Identity | None:
    try:
        found = os.stat(path)  # noqa: PTH116  # this is asked before each transaction
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _said(path: str) -> str:
    what = "was replaced by another file" if _identity(path) else "was removed"
    return f"{path} {what} while it was served; put it back, or start the server anew"
