"""A real facade in front of a real server, for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.servers import item_service, rest_client


@pytest.fixture
async def rest(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a facade over an empty store."""
    async with item_service(folder), rest_client(folder, f"unix:{folder}/grpc.sock") as client:
        yield client
