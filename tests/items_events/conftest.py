from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from grpc_server.main import serving
from items_client import ItemsClient
from items_events.broker_clients import open_publisher
from items_events.brokers.broker_url import publisher_url
from tests.items_events.broker import Broker
from tests.items_events.brokers import RUNNING
from tests.needs import needs
from tests.servers import server_settings


@pytest.fixture
async def service(folder: Path) -> AsyncIterator[str]:
    """The address of a real service over an empty store."""
    async with serving(server_settings(folder, grpc="127.0.0.1:0")) as address:
        yield address


@pytest.fixture
async def items(service: str) -> AsyncIterator[ItemsClient]:
    """A client of that service."""
    async with ItemsClient(service) as client:
        yield client


@pytest.fixture(params=sorted(RUNNING))
async def broker(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Broker]:
    """Each of the three, declared."""
    needs(request.param)
    place = folder / "broker"
    place.mkdir()
    async with RUNNING[request.param](place) as running:
        async with open_publisher(publisher_url(running.url())) as publisher:
            await publisher.declare()
        yield running
