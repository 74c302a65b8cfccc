"""A store of each dialect: the suite runs once for every one of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from grpc_server.database.engine import open_store
from grpc_server.database.store import Store

DIALECTS = ["sqlite"]


@pytest.fixture(params=DIALECTS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store may be made."""
    assert request.param == "sqlite"
    return f"sqlite:///{tmp_path / 'items.db'}"


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
    assert request.param == "sqlite"
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('shared') / 'items.db'}")
    yield store
    store.close()
