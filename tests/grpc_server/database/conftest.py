"""A store of each dialect: the suite runs once for every one of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from grpc_server.database.opening import open_store
from grpc_server.database.store import Store
from tests.dialects import DIALECTS, new_store_url, store_url, stores_on


@pytest.fixture(params=DIALECTS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A folder of its own."""
    with stores_on(request.param, tmp_path):
        yield tmp_path


@pytest.fixture
def url(place: Path) -> str:
    """Where a store may be made."""
    return store_url(place)


@pytest.fixture
def store(place: Path) -> Iterator[Store]:
    """An empty store."""
    store = open_store(new_store_url(place))
    yield store
    store.close()


@pytest.fixture(scope="module", params=DIALECTS)
def shared_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """A store that is empty for the first test of a file, and then is as that leaves it."""
    folder = tmp_path_factory.mktemp("shared")
    with stores_on(request.param, folder):
        store = open_store(new_store_url(folder))
        yield store
        store.close()
