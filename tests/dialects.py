"""Which database the stores in a folder are in: files there, or databases of a PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from tests import postgresql
from tests.new_stores import databases, make_file

DIALECTS = ["sqlite", "postgresql"]

_MARK = "on-postgresql"
_LENT = ".lent"


@contextmanager
def stores_on(dialect: str, folder: Path) -> Iterator[None]:
    """Let the stores of *folder*, and of the folders in it, be of *dialect* in the block."""
    if dialect == "sqlite":
        yield
        return
    mark = folder / _MARK
    mark.mkdir()
    with ExitStack() as used:
        yield
        for each in mark.iterdir():
            give_up = databases().take_back if each.suffix == _LENT else postgresql.drop
            used.callback(give_up, each.read_text())


def store_url(folder: Path, name: str = "items") -> str:
    """Give the URL of the store *name* in *folder*, the same each time; it is to be made."""
    mark = _mark(folder)
    if mark is None:
        return f"sqlite:///{folder}/{name}.db"
    return postgresql.url(_database(_note(mark, folder / name), _create))


def new_store_url(folder: Path, name: str = "items") -> str:
    """Give the URL of the store *name* in *folder*, which is made, if there is none."""
    mark = _mark(folder)
    if mark is None:
        path = folder / f"{name}.db"
        if not path.exists():
            make_file(path)
        return f"sqlite:///{path}"
    return postgresql.url(_database(_note(mark, folder / name), databases().lend, _LENT))


def _database(note: Path, give: Callable[[], str], suffix: str = "") -> str:
    """The database that *note* names; if there is none, one that *give* gives."""
    found = next(iter(note.parent.glob(f"{note.name}*")), None)
    if found is None:
        found = note.with_suffix(suffix)
        found.write_text(give())
    return found.read_text()


def _create() -> str:
    name = f"items_test_{uuid4().hex}"
    postgresql.create(name)
    return name


def _note(mark: Path, store: Path) -> Path:
    return mark / sha256(str(store).encode()).hexdigest()


def _mark(folder: Path) -> Path | None:
    places = (each / _MARK for each in (folder, *folder.parents))
    return next((place for place in places if place.is_dir()), None)
