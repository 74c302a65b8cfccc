"""A real facade in front of a real server."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.servers import item_service, rest_client


@pytest.fixture
async def rest(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a facade over an empty store."""
    async with item_service(folder), rest_client(folder, f"unix:{folder}/grpc.sock") as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_rest() -> AsyncIterator[httpx.AsyncClient]:
    """A client of a facade that the tests of a module share, for those that store little."""
    with tempfile.TemporaryDirectory(prefix="items-") as path:
        folder = Path(path)
        async with item_service(folder), rest_client(folder, f"unix:{folder}/grpc.sock") as client:
            yield client
