"""A service over a primary and a standby."""

import asyncio

from items.v1.items_pb2_grpc import ItemServiceStub
from tests.grpc_server.feed.writing import replace_many
from tests.postgresql import PostgresServer
from tests.standby.cluster import ask, until

PATIENT = {"read_store_max_lag": 600}
"""However far the standby is behind, it is read from."""


def urls(server: PostgresServer, standby: PostgresServer) -> dict[str, str]:
    """The settings that name these."""
    return {"store": server.url, "read_store": standby.url}


async def caught_up(items: ItemServiceStub, server: PostgresServer, standby: PostgresServer) -> int:
    """Write once, and wait until the standby has it; tells the revision."""
    before = revision_of(server)
    revision = await replace_many(items, f"Caught up after {before}", 1)
    await asyncio.to_thread(until, lambda: revision_of(standby) >= revision)
    return revision


def revision_of(server: PostgresServer) -> int:
    """How far its copy of the store has come."""
    return int(ask(server, "SELECT revision FROM store"))
