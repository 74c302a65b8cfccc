"""A facade in front of two servers, of which one is killed or frozen, or both are."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.dialects import store_url
from tests.processes import FacadeProcess, ServerProcess, free_port

CALLS = 40
BATCHES = 5
NOTICED = 8.0
"""Seconds after which a frozen server is left alone."""


class Site:
    """Two servers on one store, and a client of the facade before them."""

    def __init__(self, folder: Path, store: str, running: ExitStack) -> None:
        self._store = store
        self._folder = folder
        self._running = running
        self.addresses = [f"127.0.0.1:{free_port()}" for _ in range(2)]
        self.servers = [self.start(address) for address in self.addresses]
        facade = running.enter_context(FacadeProcess(",".join(self.addresses)))
        for process in (facade, *self.servers):
            process.wait_until_serving()
        self.rest = httpx.AsyncClient(base_url=facade.url(), timeout=15)

    def start(self, address: str) -> ServerProcess:
        """Start a server at *address*."""
        process = ServerProcess(self._folder, store=self._store, grpc=address)
        return self._running.enter_context(process)

    async def ready(self) -> int:
        """The status of the answer to who asks whether the facade is ready, within a second."""
        return (await self.rest.get("/readyz", timeout=1)).status_code

    async def becomes(self, status: int) -> None:
        """Return when the facade says so."""
        async with asyncio.timeout(20):
            while True:
                if (await self.rest.get("/readyz")).status_code == status:
                    return
                await asyncio.sleep(0.05)

    async def statuses(self) -> set[int]:
        """The statuses of the answers to many reads, and writes with keys, at the same time."""
        reads = (self.rest.get("/v1/items/a") for _ in range(CALLS))
        writes = (self.write() for _ in range(CALLS))
        answers = await asyncio.gather(*reads, *writes)
        return {answer.status_code for answer in answers}

    async def write(self) -> httpx.Response:
        """Put an item, with a key."""
        key = {"idempotency-key": str(uuid4())}
        return await self.rest.put("/v1/items/a", json={"name": "x"}, headers=key)


@pytest.fixture
async def site(folder: Path) -> AsyncIterator[Site]:
    """Both servers are used."""
    with ExitStack() as running:
        site = await asyncio.to_thread(Site, folder, store_url(folder), running)
        async with site.rest:
            await site.becomes(200)
            await site.write()
            assert await site.statuses() == {200}
            yield site


@contextmanager
def frozen(*servers: ServerProcess) -> Iterator[None]:
    """Let *servers* stand still in the block, with their connections open."""
    for server in servers:
        os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for server in servers:
            os.kill(server.pid, signal.SIGCONT)


async def test_a_facade_serves_with_one_of_its_servers_killed(site: Site) -> None:
    site.servers[0].kill()
    for _ in range(BATCHES):
        assert await site.ready() == 200
        assert await site.statuses() == {200}


async def test_a_facade_serves_with_one_of_its_servers_frozen(site: Site) -> None:
    with frozen(site.servers[0]):
        async with asyncio.timeout(BATCHES + NOTICED):
            for _ in range(BATCHES):
                assert await site.ready() == 200
                assert await site.statuses() == {200}


async def test_a_facade_is_ready_again_with_the_first_server_that_is(site: Site) -> None:
    with frozen(*site.servers):
        await site.becomes(503)
    await site.becomes(200)
    for server in site.servers:
        server.kill()
    await site.becomes(503)
    site.start(site.addresses[1])
    await site.becomes(200)
    assert await site.statuses() == {200}
