"""A facade that ends: who has connected is answered, and who comes then goes elsewhere."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from rest_facade.server import serving
from rest_facade.settings import Settings
from tests.processes import free_port

ASK = b"GET /healthz HTTP/1.1\r\nhost: items\r\n\r\n"


@asynccontextmanager
async def facade(port: int = 0, **settings: Any) -> AsyncIterator[str]:
    """A facade that needs no server; yields its address."""
    address = f"127.0.0.1:{port}"
    given = {"http": address, "upstream": "unix:/nowhere", "rest_lame_duck": 0, **settings}
    async with serving(Settings(**given)) as served:
        yield served


def connected(address: str) -> socket.socket:
    """A connection that has asked, while the event loop stands still: nobody has taken it."""
    host, _, port = address.rpartition(":")
    connection = socket.create_connection((host, int(port)))
    connection.sendall(ASK)
    connection.setblocking(False)
    return connection


async def answer(connection: socket.socket) -> bytes:
    """All that comes on *connection* until the facade ends it."""
    reader, writer = await asyncio.open_connection(sock=connection)
    try:
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


async def head(connection: socket.socket) -> bytes:
    """The head of the answer on *connection*."""
    reader, writer = await asyncio.open_connection(sock=connection)
    try:
        return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    finally:
        writer.close()


@pytest.mark.parametrize("reuse_port", [False, True])
async def test_who_connects_at_the_last_moment_is_answered(*, reuse_port: bool) -> None:
    async with facade(rest_reuse_port=reuse_port) as address:
        connections = [connected(address) for _ in range(100)]
    for received in await asyncio.gather(*map(answer, connections)):
        assert received.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"connection: close" in received


async def test_who_has_connected_and_says_nothing_does_not_hold_up_the_end() -> None:
    async with facade() as address:
        host, _, port = address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
    assert await asyncio.wait_for(reader.read(), 10) == b""
    writer.close()


async def test_new_connections_to_a_shared_port_go_to_those_who_stay() -> None:
    port = free_port()
    shared = {"port": port, "rest_reuse_port": True}
    ending = facade(**shared, rest_lame_duck=1)
    address = await ending.__aenter__()
    async with facade(**shared):
        stopping = asyncio.create_task(ending.__aexit__(None, None, None))
        await asyncio.sleep(0)  # it has begun
        for _ in range(30):
            assert b"connection: close" not in await head(connected(address))
        assert not stopping.done()
        await stopping


async def test_a_connection_that_goes_on_ends_with_its_next_answer() -> None:
    ending = facade(rest_lame_duck=1)
    address = await ending.__aenter__()
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        before = await client.get("/healthz")
        stopping = asyncio.create_task(ending.__aexit__(None, None, None))
        await asyncio.sleep(0)  # it has begun
        after = await client.get("/healthz")
        await stopping
    assert "connection" not in before.headers
    assert (after.status_code, after.headers["connection"]) == (200, "close")
