"""Which database the stores in a folder are in: files there, or databases of a PostgreSQL."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path

from tests import postgresql

DIALECTS = ["sqlite", "postgresql"]

_MARK = "on-postgresql"


@contextmanager
def stores_on(dialect: str, folder: Path) -> Iterator[None]:
    """Let the stores of *folder*, and of the folders in it, be of *dialect* in the block."""
    if dialect == "sqlite":
        yield
        return
    mark = folder / _MARK
    mark.mkdir()
    with ExitStack() as databases:
        yield
        for made in mark.iterdir():
            databases.callback(postgresql.drop, made.name)


def store_url(folder: Path, name: str = "items") -> str:
    """Give the URL of the store *name* in *folder*, the same each time."""
    mark = _mark(folder)
    if mark is None:
        return f"sqlite:///{folder}/{name}.db"
    database = f"items_test_{sha256(str(folder / name).encode()).hexdigest()[:24]}"
    made = mark / database
    if not made.exists():
        postgresql.create(database)
        made.touch()
    return postgresql.url(database)


def _mark(folder: Path) -> Path | None:
    places = (each / _MARK for each in (folder, *folder.parents))
    return next((place for place in places if place.is_dir()), None)
