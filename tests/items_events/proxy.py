"""A TCP proxy in front of a broker: it can break what lies between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

CHUNK = 65_536
UPWARDS, DOWNWARDS = True, False


class Proxy:
    """Forwards connections to *target*, until it is told to cut, refuse or freeze them."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._port = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._flows = {True: asyncio.Event(), False: asyncio.Event()}
        self.thaw()
        self._bytes_until_cut: int | None = None

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return self._port

    async def accept(self) -> None:
        """Begin to accept connections, again on the same port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Cut all connections, and accept no more."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.cut()

    async def cut(self) -> None:
        """Cut all connections; new ones are accepted."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def freeze(self) -> None:
        """Forward nothing, and keep the connections."""
        for flows in self._flows.values():
            flows.clear()

    def hold_upwards(self) -> None:
        """Forward nothing of what clients send."""
        self._flows[UPWARDS].clear()

    def thaw(self) -> None:
        """Forward again."""
        for flows in self._flows.values():
            flows.set()

    def cut_after(self, count: int) -> None:
        """Cut all connections when *count* more bytes have gone to the broker."""
        self._bytes_until_cut = count

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._connect(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            beyond, there = await asyncio.open_connection(*self._target)
        except OSError:
            return
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pump(reader, there, UPWARDS))
                tasks.create_task(self._pump(beyond, writer, DOWNWARDS))
        except* _Ended:
            pass
        finally:
            there.transport.abort()

    async def _pump(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, direction: bool
    ) -> None:
        """Forward until either side ends; that ends the other one too."""
        with suppress(ConnectionError):
            while chunk := await source.read(CHUNK):
                await self._flows[direction].wait()
                chunk, is_last = self._allowed(chunk) if direction is UPWARDS else (chunk, False)
                target.write(chunk)
                await target.drain()
                if is_last:
                    self._bytes_until_cut = None
                    break
        raise _Ended

    def _allowed(self, chunk: bytes) -> tuple[bytes, bool]:
        """What of *chunk* may pass, and whether that is the end."""
        if self._bytes_until_cut is None:
            return chunk, False
        allowed = chunk[: self._bytes_until_cut]
        self._bytes_until_cut -= len(allowed)
        return allowed, self._bytes_until_cut == 0


class _Ended(Exception):
    """One side of a connection has ended."""


@asynccontextmanager
async def proxying(target: tuple[str, int]) -> AsyncIterator[Proxy]:
    """A proxy that accepts connections to *target*."""
    proxy = Proxy(target)
    await proxy.accept()
    try:
        yield proxy
    finally:
        proxy.thaw()
        await proxy.refuse()
