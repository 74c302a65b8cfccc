"""Places for two stores, in all directions."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.dialects import store_url, stores_on


@dataclass(frozen=True)
class Places:
    """Where the store is, and where it is to be, each in a folder of its own."""

    there: str
    here: str
    folder: Path


DIRECTIONS = [
    pytest.param(("sqlite", "postgresql"), id="sqlite-to-postgresql"),
    pytest.param(("postgresql", "sqlite"), id="postgresql-to-sqlite"),
    pytest.param(("sqlite", "sqlite"), id="sqlite-to-sqlite"),
    pytest.param(("postgresql", "postgresql"), id="postgresql-to-postgresql"),
]


@pytest.fixture
def dialect() -> str:
    """Where the sockets are there is no store; `places` has both."""
    return "sqlite"


@pytest.fixture(params=DIRECTIONS)
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Places]:
    there, here = tmp_path / "there", tmp_path / "here"
    with ExitStack() as parts:
        for folder, dialect in zip((there, here), request.param, strict=True):
            folder.mkdir()
            parts.enter_context(stores_on(dialect, folder))
        yield Places(store_url(there), store_url(here), tmp_path)


both_ways = pytest.mark.parametrize("places", DIRECTIONS[:2], indirect=True)
on_sqlite = pytest.mark.parametrize("places", DIRECTIONS[2:3], indirect=True)
on_postgresql = pytest.mark.parametrize("places", DIRECTIONS[3:], indirect=True)
