"""Ctrl-C, while a command waits for somebody who does not answer: no traceback."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.items_cli.program import finish, start

PATIENCE = 60.0


@asynccontextmanager
async def silence() -> AsyncIterator[tuple[str, asyncio.Event]]:
    """The address of a listener that says nothing, and the event that somebody has connected."""
    connected = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"{host}:{port}", connected


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("list --grpc {silent}", 130),
        ("get vim --grpc {silent}", 130),
        ("watch --grpc {silent}", 130),
        ("import - --grpc {silent}", 130),
        ("events status --grpc {silent}", 130),
        ("doctor --store postgresql://{silent}/items", 130),
        ("migrate plan --store postgresql://{silent}/items", 130),
        ("store verify postgresql://{silent}/a postgresql://{silent}/b", 130),
        (
            "serve --store postgresql://{silent}/items --grpc 127.0.0.1:0 --http 127.0.0.1:0",
            0,  # it stopped because it was told to
        ),
    ],
)
async def test_ctrl_c_ends_a_command_that_waits(command: str, code: int) -> None:
    async with silence() as (silent, connected):
        process = await start(*command.format(silent=silent).split())
        try:
            async with asyncio.timeout(PATIENCE):
                await connected.wait()
                process.send_signal(signal.SIGINT)
                outcome = await finish(process)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    assert outcome.code == code
    assert "Traceback" not in outcome.err
