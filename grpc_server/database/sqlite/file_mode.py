"""Whether others than the owner of a database file, and its group, can read it."""

from pathlib import Path

_READ = 0o004
_ENTER = 0o001


def exposed(path: Path) -> bool:
    """Return whether everybody on the machine can read *path*, the key of page tokens with it."""
    real = path.resolve()
    can_enter = all(folder.stat().st_mode & _ENTER for folder in real.parents)
    return can_enter and bool(real.stat().st_mode & _READ)


def advice(path: Path) -> str:
    """Say what is wrong with the mode of *path*, and what to do."""
    return f"everybody on this machine can read {path}: run chmod o-rwx on it and its -wal file"
