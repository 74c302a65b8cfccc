from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from grpc_server.main import serving
from items_client import ItemsClient
from tests.servers import server_settings


@pytest.fixture
async def service(folder: Path) -> AsyncIterator[str]:
    """The address of a real server over an empty store."""
    async with serving(server_settings(folder)) as address:
        yield address


@pytest.fixture
async def client(service: str) -> AsyncIterator[ItemsClient]:
    """A client of that server."""
    async with ItemsClient(service) as items:
        yield items
