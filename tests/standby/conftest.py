"""A primary and its standby, for all tests of a file."""

import os
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random

import pytest

from grpc_server.database.opening import open_store
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.postgresql import PostgresServer
from tests.servers import item_service
from tests.standby.cluster import primary, resume_replay, standby_of
from tests.standby.serving import PATIENT, caught_up, urls


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A primary with a store; what a test writes, the next one finds."""
    with primary() as running:
        open_store(running.url).close()  # so that its standby has it from the beginning
        yield running


@pytest.fixture(scope="module")
def shared_standby(server: PostgresServer) -> Iterator[PostgresServer]:
    """Its standby."""
    with standby_of(server) as running:
        yield running


@pytest.fixture
def standby(shared_standby: PostgresServer) -> Iterator[PostgresServer]:
    """The standby, which may be paused: it goes on after the test."""
    yield shared_standby
    resume_replay(shared_standby)


@pytest.fixture
async def items(
    folder: Path, server: PostgresServer, standby: PostgresServer
) -> AsyncIterator[ItemServiceStub]:
    """A stub of a service that reads of the standby, which has caught up."""
    async with item_service(folder, **urls(server, standby), **PATIENT) as stub:
        await caught_up(stub, server, standby)
        yield stub


@pytest.fixture
def random() -> Random:
    """Randomness whose seed is shown when the test fails; STANDBY_SEED repeats it."""
    seed = int(os.environ.get("STANDBY_SEED") or secrets.randbelow(2**32))
    print(f"STANDBY_SEED={seed}")  # noqa: T201  # pytest shows it when the test fails
    return Random(seed)  # noqa: S311  # to be repeated, not secret
