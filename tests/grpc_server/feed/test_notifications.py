"""Notifications are hints: any user of the database may send one, and what they like in it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from grpc import aio
from structlog.testing import capture_logs

from grpc_server.main import serving
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.dialects import new_store_url
from tests.grpc_server.feed.recording import watching
from tests.grpc_server.feed.writing import create
from tests.servers import server_settings

GARBAGE = ("x", "", "-1", "+5", "1e3", " 7", "0x10", "٣", "9" * 30, "é" * 1000, "0")
FAR_AHEAD = str(2**62)


@pytest.fixture
def dialect() -> str:
    """Only PostgreSQL has notifications."""
    return "postgresql"


def notify(url: str, payloads: Sequence[str]) -> None:
    """Send *payloads* as a user of the database does."""
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as user:
        for payload in payloads:
            user.execute("SELECT pg_notify('items_v1_revision', %s)", (payload,))


@asynccontextmanager
async def pair(folder: Path) -> AsyncIterator[tuple[str, ItemServiceStub, ItemServiceStub]]:
    """Two servers of one store, which hear of one another by notifications alone."""
    store = new_store_url(folder)
    async with (
        serving(server_settings(folder, store_poll_interval=3600)) as here,
        serving(
            server_settings(folder, store_poll_interval=3600, grpc=f"unix:{folder}/other.sock")
        ) as there,
        aio.insecure_channel(here) as one,
        aio.insecure_channel(there) as other,
    ):
        yield store, ItemServiceStub(one), ItemServiceStub(other)


async def test_notifications_that_make_no_sense_change_nothing(folder: Path) -> None:
    with capture_logs() as logged:
        async with pair(folder) as (store, here, there), watching(here) as watch:
            await watch.reach(await create(there, "before"))
            await asyncio.to_thread(notify, store, GARBAGE)
            await watch.reach(await create(there, "after"))
    said = [line for line in logged if "notification" in line["event"]]
    assert len(said) == 2  # once by each server
    assert not [line for line in logged if line["log_level"] == "error"]


async def test_a_revision_that_was_never_written_is_not_believed(folder: Path) -> None:
    async with pair(folder) as (store, here, there), watching(here) as watch:
        await asyncio.to_thread(notify, store, [FAR_AHEAD])
        await watch.reach(await create(there, "one"))
        assert watch.revision == 1


async def test_a_flood_of_notifications_keeps_nobody_waiting(folder: Path) -> None:
    async with pair(folder) as (store, here, there), watching(here) as watch:
        flood = asyncio.create_task(asyncio.to_thread(notify, store, [FAR_AHEAD] * 3000))
        for number in range(20):
            await watch.reach(await create(there, f"i{number}"))
        await flood
