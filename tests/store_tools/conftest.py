"""A place for a store of each dialect."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dialects import DIALECTS, store_url, stores_on


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def url(dialect: str, tmp_path: Path) -> Iterator[str]:
    """Where a store may be made."""
    with stores_on(dialect, tmp_path):
        yield store_url(tmp_path)
