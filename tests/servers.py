"""Real servers for tests: the composition root, on a Unix socket, over a new store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from grpc import aio

import rest_facade.server
import rest_facade.settings
from grpc_server.main import serving
from grpc_server.settings import Settings
from items.v1 import items_pb2_grpc
from tests.dialects import new_store_url


def server_settings(folder: Path, **changes: Any) -> Settings:
    """Settings for a server whose store and socket are in *folder*."""
    defaults = {
        "store": new_store_url(folder),
        "grpc": f"unix:{folder}/grpc.sock",
        "grpc_lame_duck": 0,
    }
    return Settings(**{**defaults, **changes})


@asynccontextmanager
async def item_service(
    folder: Path, **changes: Any
) -> AsyncIterator[items_pb2_grpc.ItemServiceStub]:
    """A stub of a running server, which ends with the block."""
    async with (
        serving(server_settings(folder, **changes)) as address,
        aio.insecure_channel(address) as channel,
    ):
        yield items_pb2_grpc.ItemServiceStub(channel)


@asynccontextmanager
async def facade(folder: Path, upstream: str, **changes: Any) -> AsyncIterator[None]:
    """A running facade, on a socket in *folder*, in front of *upstream*."""
    address = f"unix:{folder}/http.sock"
    changes = {"rest_lame_duck": 0, **changes}
    settings = rest_facade.settings.Settings(http=address, upstream=upstream, **changes)
    async with rest_facade.server.serving(settings):
        yield


def http_client(folder: Path) -> httpx.AsyncClient:
    """A client of the facade in *folder*."""
    # Without TLS, no certificates: httpx reads those of all authorities for each client.
    transport = httpx.AsyncHTTPTransport(uds=f"{folder}/http.sock", verify=False)
    return httpx.AsyncClient(transport=transport, base_url="http://items")


@asynccontextmanager
async def rest_client(
    folder: Path, upstream: str, **changes: Any
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a running facade, on a socket in *folder*, in front of *upstream*."""
    async with facade(folder, upstream, **changes), http_client(folder) as client:
        yield client
