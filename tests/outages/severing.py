"""A way to PostgreSQL that breaks while a write transaction is committed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto
from pathlib import Path

_WRITER = b"FOR UPDATE"
"""What only the transactions that write begin with."""

_COMMIT = b"COMMIT\0"
"""The whole statement: a transaction that is READ COMMITTED says so, too."""


class Cut(Enum):
    """Where the connection breaks: the database has heard of the commit, or has not."""

    BEFORE = auto()
    AFTER = auto()


class Way:
    """Where it is, and what is to happen to it."""

    def __init__(self, port: int) -> None:
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres?sslmode=disable"
        self.next_cut: Cut | None = None
        self.cuts = 0
        self.is_closed_after_cut = False
        self.is_open = True


@asynccontextmanager
async def way_to(folder: Path) -> AsyncIterator[Way]:
    """Pass on what is said to the server whose socket is in *folder*."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            with suppress(asyncio.CancelledError):  # else a server of streams complains
                if way.is_open:
                    await _pass_on(way, folder, reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            tasks.discard(task)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    way = Way(listening.sockets[0].getsockname()[1])
    try:
        yield way
    finally:
        listening.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _pass_on(
    way: Way, folder: Path, client: asyncio.StreamReader, to_client: asyncio.StreamWriter
) -> None:
    server, to_server = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
    back = asyncio.create_task(_copy(server, to_client))
    try:
        with suppress(ConnectionError):
            await _copy_until_cut(way, client, server, to_server, back)
    finally:
        back.cancel()
        to_server.close()
        await asyncio.gather(back, to_server.wait_closed(), return_exceptions=True)


async def _copy_until_cut(
    way: Way,
    client: asyncio.StreamReader,
    server: asyncio.StreamReader,
    to_server: asyncio.StreamWriter,
    back: asyncio.Task[None],
) -> None:
    is_writer = False
    while said := await client.read(65536):
        is_writer = is_writer or _WRITER in said
        cut = way.next_cut if is_writer and _COMMIT in said else None
        if cut is Cut.AFTER:
            back.cancel()
            with suppress(asyncio.CancelledError):
                await back
        if cut is not Cut.BEFORE:
            to_server.write(said)
            await to_server.drain()
        if cut is not None:
            way.next_cut = None
            way.cuts += 1
            way.is_open = not way.is_closed_after_cut
            if cut is Cut.AFTER:
                await server.read(65536)  # the commit is done
            return


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while said := await source.read(65536):
            target.write(said)
            await target.drain()
