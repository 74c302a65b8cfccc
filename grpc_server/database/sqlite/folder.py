"""The folder of a database file: one that is there, so that a typing error makes none."""

import shlex
from pathlib import Path

from grpc_server.database.errors import StoreUnsupported

DEFAULT = Path("data")
"""The folder of the default store, relative to where the process runs; it is made."""


def require_folder(folder: Path) -> None:
    """Make sure that *folder* exists; only the default one is made, for its owner only.

    Raises:
        StoreUnsupported: it is not there, or the default one cannot be made.
    """
    if folder == DEFAULT.resolve():
        _make(folder)
    refuse_missing(folder)


def refuse_missing(folder: Path) -> None:
    """Raise StoreUnsupported, with the command that makes it, if there is no *folder*."""
    if not folder.is_dir():
        command = f"mkdir -p {shlex.quote(str(folder))}"
        raise StoreUnsupported(f"there is no folder {folder}; if the path is right, run: {command}")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StoreUnsupported(f"{folder} cannot be made: {error.strerror}") from error
