"""A store of each dialect: the suite runs once for every one of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grpc_server.database.engine import open_store
from grpc_server.database.store import Store
from tests import postgresql

DIALECTS = ["sqlite", "postgresql"]


@pytest.fixture(params=DIALECTS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a store may be made."""
    with _place(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store."""
    store = open_store(url)
    yield store
    store.close()


@pytest.fixture(scope="module", params=DIALECTS)
def shared_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """A store that is empty for the first test of a file, and then is as that leaves it."""
    with _place(request.param, tmp_path_factory.mktemp("shared")) as url:
        store = open_store(url)
        yield store
        store.close()


@contextmanager
def _place(dialect: str, folder: Path) -> Iterator[str]:
    if dialect == "sqlite":
        yield f"sqlite:///{folder / 'items.db'}"
        return
    with postgresql.database() as url:
        yield url
