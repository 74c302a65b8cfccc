"""What real clients do with a deployment: gRPC, REST and watches; no error is forgiven."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle

import httpx

from items.v1 import items_pb2 as pb
from items_client import ItemsClient
from items_client.guarantees import Complaint, Verifier

BALANCING = 0.1
"""Seconds between two looks which facades are ready."""

SAFE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
"""Methods that an HTTP client sends again when a connection ends without an answer."""


class Load:
    """Clients that go on until they are told to stop."""

    def __init__(self, upstream: str, sites: Sequence[str]) -> None:
        self._upstream = upstream
        self._sites = [f"http://{site}" for site in sites]
        self._ready = set(self._sites)
        self._is_over = asyncio.Event()
        self.acknowledged: list[int] = []
        self.told: list[int] = []
        self.complaints: list[Complaint] = []
        self.calls = Counter[str]()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Clients of every kind; the first error of any of them is raised."""
        async with (
            ItemsClient(self._upstream, actor="load") as items,
            httpx.AsyncClient(timeout=20) as rest,
        ):
            watching = asyncio.create_task(self._watch(items))
            async with asyncio.TaskGroup() as clients:
                for lane in range(4):
                    clients.create_task(self._call(items, lane))
                    clients.create_task(self._browse(rest, lane))
                clients.create_task(self._balance(rest))
                yield
                self._is_over.set()
            async with asyncio.timeout(20):
                while not self.told or self.told[-1] < max(self.acknowledged):
                    assert not watching.done(), watching.exception()
                    await asyncio.sleep(0.01)
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _call(self, items: ItemsClient, lane: int) -> None:
        number = 0
        while not self._is_over.is_set():
            number += 1
            item = await items.create(pb.Item(id=f"grpc-{lane}-{number}", name="x"))
            self.acknowledged.append(item.revision)
            assert (await items.get(item.id)).revision == item.revision
            self.calls["grpc"] += 2

    async def _balance(self, rest: httpx.AsyncClient) -> None:
        """Find out which sites are ready, as a balancer before them does."""
        while not self._is_over.is_set():
            for site in self._sites:
                try:
                    is_ready = (await rest.get(f"{site}/readyz", timeout=1)).is_success
                except httpx.TransportError:
                    is_ready = False
                (self._ready.add if is_ready else self._ready.discard)(site)
            await asyncio.sleep(BALANCING)

    async def _browse(self, rest: httpx.AsyncClient, lane: int) -> None:
        number = 0
        sites = (site for site in cycle(self._sites) if site in self._ready)
        while not self._is_over.is_set():
            number += 1
            item_id = f"rest-{lane}-{number}"
            body = {"id": item_id, "name": "x"}
            created = await _ask(rest, sites, "POST", "/v1/items", body)
            assert created.status_code == 201, created.text
            self.acknowledged.append(int(created.json()["revision"]))
            found = await _ask(rest, sites, "GET", f"/v1/items/{item_id}")
            assert found.status_code == 200, found.text
            self.calls["rest"] += 2

    async def _watch(self, items: ItemsClient) -> None:
        verifier = Verifier(self.complaints.append)
        async for event in items.watch(from_revision=0, observer=verifier):
            if isinstance(event, pb.ItemChanges):
                self.told.append(event.revision)


async def _ask(
    rest: httpx.AsyncClient, sites: Iterator[str], method: str, path: str, body: object = None
) -> httpx.Response:
    """Ask a ready site; another one if nobody connects, or if asking twice is safe."""
    for _ in range(20):
        try:
            return await rest.request(method, next(sites) + path, json=body)
        except httpx.ConnectError:
            await asyncio.sleep(0.01)
        except httpx.TransportError:
            if method not in SAFE:
                raise
    raise AssertionError("no site answers")
