"""A whole deployment, each part of which is restarted while it is used."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from tests.dialects import store_url
from tests.processes import FacadeProcess, ServerProcess, ServiceProcess, free_port

REPLICAS = 2

LAME_DUCK = "1"
"""Seconds: time enough for a balancer to find out."""


class Deployment:
    """Servers and facades at addresses that stay, whoever serves there."""

    def __init__(self, folder: Path, running: ExitStack) -> None:
        store = store_url(folder)
        self._running = running
        self.servers = [f"127.0.0.1:{free_port()}" for _ in range(REPLICAS)]
        self.facades = [f"127.0.0.1:{free_port()}" for _ in range(REPLICAS)]
        self._makers: dict[str, Callable[[], ServiceProcess]] = {}
        for address in self.servers:
            self._makers[address] = self._server(folder, address, store)
        for address in self.facades:
            self._makers[address] = self._facade(address)
        self._processes: dict[str, ServiceProcess] = {}

    @property
    def upstream(self) -> str:
        """All servers, as clients are told of them."""
        return ",".join(self.servers)

    @property
    def addresses(self) -> list[str]:
        """Of every part."""
        return list(self._makers)

    async def start(self) -> None:
        """Start every part."""
        for address in self._makers:
            await self._start(address)

    async def restart(self, address: str) -> None:
        """End the part at *address* as operators do, and start it again."""
        before = self._processes[address]
        await asyncio.to_thread(before.terminate)
        assert before.faults() == []
        await self._start(address)

    async def _start(self, address: str) -> None:
        process = self._running.enter_context(self._makers[address]())
        await asyncio.to_thread(process.wait_until_serving)
        self._processes[address] = process

    def _server(self, folder: Path, address: str, store: str) -> Callable[[], ServiceProcess]:
        return lambda: ServerProcess(folder, store=store, grpc=address)

    def _facade(self, address: str) -> Callable[[], ServiceProcess]:
        return lambda: FacadeProcess(self.upstream, address, rest_lame_duck=LAME_DUCK)


@asynccontextmanager
async def deployment(folder: Path) -> AsyncIterator[Deployment]:
    """Two servers on one store, and two facades before both."""
    with ExitStack() as running:
        deployed = Deployment(folder, running)
        await deployed.start()
        yield deployed
