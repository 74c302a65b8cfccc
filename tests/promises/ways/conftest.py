"""A server, a facade and a client over the contract with the added fields."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from items_client import ItemsClient
from tests.promises.ways.item import VIM
from tests.servers import rest_client


@pytest.fixture
def address(folder: Path, items: Any) -> str:
    """Where the server of `items` listens."""
    assert items
    return f"unix:{folder}/grpc.sock"


@pytest.fixture
async def rest(folder: Path, address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a facade in front of it."""
    async with rest_client(folder, address) as client:
        yield client


@pytest.fixture
async def client(address: str) -> AsyncIterator[Any]:
    """The Python client of it."""
    async with ItemsClient(address) as connected:
        yield connected


@pytest.fixture
async def vim(client: Any) -> Any:
    """An item with what was added."""
    return await client.create(**VIM)
