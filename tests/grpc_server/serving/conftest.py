"""The suite of the gRPC server runs once for every database."""

import pytest

from tests.dialects import DIALECTS


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """The database that stores are made in."""
    return str(request.param)
