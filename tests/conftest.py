"""Fixtures that more than one folder of tests needs."""

import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from items.v1 import items_pb2_grpc
from tests.dialects import stores_on
from tests.servers import item_service


def pytest_configure() -> None:
    """Let signals reach what tests start: a run in the background begins with some ignored."""
    for name in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(name) is signal.SIG_IGN:
            signal.signal(name, signal.SIG_DFL)


@pytest.fixture
def dialect() -> str:
    """The database that stores are made in; a suite that runs on several overrides it."""
    return "sqlite"


@pytest.fixture
def folder(dialect: str) -> Iterator[Path]:
    """A folder whose path is short enough for a Unix socket; its stores are of *dialect*."""
    with tempfile.TemporaryDirectory(prefix="items-") as path, stores_on(dialect, Path(path)):
        yield Path(path)


@pytest.fixture
async def items(folder: Path) -> AsyncIterator[items_pb2_grpc.ItemServiceStub]:
    """A stub of a real server over an empty store."""
    async with item_service(folder) as stub:
        yield stub
