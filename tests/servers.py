"""Real servers for tests: the composition root, on a Unix socket, over a new store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from grpc import aio

from grpc_server.main import serving
from grpc_server.settings import Settings
from items.v1 import items_pb2_grpc


def server_settings(folder: Path, **changes: Any) -> Settings:
    """Settings for a server whose store and socket are in *folder*."""
    defaults = {"store": f"sqlite:///{folder}/items.db", "grpc": f"unix:{folder}/grpc.sock"}
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
