"""Whatever becomes of the standby, reads are answered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import psycopg

from grpc_server.database.opening import open_store
from grpc_server.items.caller import Caller
from grpc_server.main import Parts, open_items
from grpc_server.reads.replica import Standby, State
from items.v1 import items_pb2 as pb
from tests.postgresql import PostgresServer
from tests.servers import server_settings
from tests.standby.cluster import (
    end,
    frozen,
    pause_replay,
    promote,
    resume_replay,
    standby_of,
    until,
)
from tests.standby.serving import PATIENT, revision_of, urls

SOON = 5.0
"""Seconds that a read may take when the standby fails: looks, and the answer of the primary."""

CONNECTIONS = 4
"""After so many reads, each broken connection has been replaced."""


@asynccontextmanager
async def parts_of(folder: Path, **settings: Any) -> AsyncIterator[Parts]:
    """The parts of a server, without the server."""
    made = server_settings(folder, **settings)
    with closing(open_store(made.store)) as store:
        async with open_items(made, store) as parts:
            yield parts


async def become(standby: Standby | None, state: State) -> None:
    """Return when the standby is in this state."""
    assert standby is not None
    await asyncio.to_thread(until, lambda: standby.state is state, lambda: seen(standby))


def seen(standby: Standby) -> str:
    """Return the state of the standby as the server sees it, for a test that fails."""
    return f"it is {standby.state}, at revision {standby.revision}"


async def write(parts: Parts, item_id: str) -> int:
    """Write an item; tells the revision."""
    request = pb.ReplaceItemRequest(item=pb.Item(id=item_id, name=item_id))
    return (await parts.catalog.write(request, Caller())).item.revision


async def read(parts: Parts, item_id: str) -> pb.Item:
    """Read an item, soon."""
    async with asyncio.timeout(SOON):
        return await parts.catalog.get(pb.GetItemRequest(id=item_id))


async def test_reads_go_on_while_the_standby_is_away_and_return_to_it(
    folder: Path, server: PostgresServer
) -> None:
    with standby_of(server, "leaving") as standby:
        async with parts_of(folder, **urls(server, standby), **PATIENT) as parts:
            await become(parts.standby, State.READ)
            end(standby)
            await write(parts, "away")
            assert (await read(parts, "away")).id == "away"
            await become(parts.standby, State.UNREACHABLE)
            standby.start()
            await become(parts.standby, State.READ)
            pause_replay(standby)
            revision = revision_of(standby)
            await write(parts, "back")
            pages = [await parts.catalog.list(pb.ListItemsRequest()) for _ in range(CONNECTIONS)]
            assert pages[-1].revision == revision


async def test_a_service_starts_without_its_standby(folder: Path, server: PostgresServer) -> None:
    with standby_of(server, "late") as standby:
        end(standby)
        async with parts_of(folder, **urls(server, standby), **PATIENT) as parts:
            assert parts.standby is not None
            assert parts.standby.state is State.UNREACHABLE
            await write(parts, "early")
            assert (await read(parts, "early")).id == "early"
            standby.start()
            await become(parts.standby, State.READ)


async def test_reads_under_way_do_not_wait_for_a_standby_that_freezes(
    folder: Path, server: PostgresServer, standby: PostgresServer
) -> None:
    async with parts_of(folder, **urls(server, standby), **PATIENT) as parts:
        await write(parts, "frozen")
        await become(parts.standby, State.READ)
        with frozen(standby):
            reads = [read(parts, "frozen") for _ in range(3)]
            async with asyncio.timeout(SOON):
                page = await parts.catalog.list(pb.ListItemsRequest(page_size=1))
            assert [item.id for item in await asyncio.gather(*reads)] == ["frozen"] * 3
            assert page.items
            await become(parts.standby, State.UNREACHABLE)


async def test_a_standby_that_is_behind_for_long_is_not_read_from(
    folder: Path, server: PostgresServer, standby: PostgresServer
) -> None:
    settings = urls(server, standby) | {"read_store_max_lag": 0.3}
    async with parts_of(folder, **settings) as parts:
        await become(parts.standby, State.READ)
        pause_replay(standby)
        await write(parts, "lagging")
        await become(parts.standby, State.LAGGING)
        assert (await read(parts, "lagging")).id == "lagging"
        resume_replay(standby)
        await become(parts.standby, State.READ)


async def test_a_standby_that_was_promoted_is_not_read_from(
    folder: Path, server: PostgresServer
) -> None:
    with standby_of(server, "promoted") as standby:
        async with parts_of(folder, **urls(server, standby), **PATIENT) as parts:
            await become(parts.standby, State.READ)
            promote(standby)
            await become(parts.standby, State.PROMOTED)
            await write(parts, "after")
            assert (await read(parts, "after")).id == "after"


async def test_a_standby_of_another_store_is_not_read_from(
    folder: Path, server: PostgresServer, standby: PostgresServer
) -> None:
    with psycopg.connect(server.url, autocommit=True) as administrator:
        administrator.execute("CREATE DATABASE another")
    another = {"store": server.url.replace("/postgres?", "/another?"), "read_store": standby.url}
    async with parts_of(folder, **urls(server, standby)) as parts:
        await become(parts.standby, State.READ)
    async with parts_of(folder, **another) as parts:
        await become(parts.standby, State.FOREIGN)
        await write(parts, "mine")
        assert (await read(parts, "mine")).id == "mine"
