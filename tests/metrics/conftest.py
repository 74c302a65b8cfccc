"""A real server whose metrics are served."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from grpc import aio

from items.v1.items_pb2_grpc import ItemServiceStub
from tests.processes import ServerProcess

ANYWHERE = "127.0.0.1:0"

Start = Callable[..., ServerProcess]


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Starts a server with the settings that it is given; it is killed with the test."""
    with ExitStack() as stack:

        def started(**settings: str) -> ServerProcess:
            process = ServerProcess(folder, **{"grpc_metrics": ANYWHERE} | settings)
            stack.enter_context(process)
            process.wait_until_serving()
            return process

        yield started


@pytest.fixture
def server(start: Start) -> ServerProcess:
    """A server with its default settings."""
    return start()


@pytest.fixture
async def channel(folder: Path) -> AsyncIterator[aio.Channel]:
    """A channel to the server in *folder*."""
    async with aio.insecure_channel(f"unix:{folder}/grpc.sock") as channel:
        yield channel


@pytest.fixture
def items(channel: aio.Channel) -> ItemServiceStub:
    """A stub of that server."""
    return ItemServiceStub(channel)
