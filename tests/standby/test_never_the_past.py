"""Whoever says what it has seen is never shown what was before, however the standby lags."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.postgresql import PostgresServer
from tests.servers import item_service
from tests.standby.cluster import pause_replay, resume_replay
from tests.standby.past import History, Read
from tests.standby.serving import PATIENT, urls

IDS = [f"i{number}" for number in range(8)]
CLIENTS = 4


@dataclass
class Client:
    """Writes and reads at random, and says in each read what it has seen last."""

    items: ItemServiceStub
    random: Random
    history: History
    seen: int = 0
    reads: list[Read] = field(default_factory=list)

    async def go_on(self, steps: int) -> None:
        """Do *steps* things."""
        for _ in range(steps):
            await self.random.choice((self.write, self.get, self.get_many, self.list))()

    async def write(self) -> None:
        """Write an item."""
        item = pb.Item(id=self.random.choice(IDS), name=str(self.random.random()))
        written = await self.items.ReplaceItem(pb.ReplaceItemRequest(item=item))
        self.history.add(written.id, written.revision)
        self.seen = max(self.seen, written.revision)

    async def get(self) -> None:
        """Get an item that may be there; what it is now is at least what was seen."""
        least, item_id = self.seen, self.random.choice(IDS)
        newest = self.history.at(item_id, least)
        if newest is not None:
            item = await self.items.GetItem(pb.GetItemRequest(id=item_id, min_revision=least))
            assert item.revision >= newest
            self.seen = max(self.seen, item.revision)

    async def get_many(self) -> None:
        """Get some items."""
        ids = self.random.sample(IDS, 4)
        request = pb.BatchGetItemsRequest(ids=ids, min_revision=self.seen)
        answer = await self.items.BatchGetItems(request)
        self._saw(answer.revision, answer.items, ids)

    async def list(self) -> None:
        """List all items."""
        request = pb.ListItemsRequest(min_revision=self.seen)
        answer = await self.items.ListItems(request)
        self._saw(answer.revision, answer.items, IDS)

    def _saw(self, revision: int, items: Sequence[pb.Item], ids: Sequence[str]) -> None:
        found: dict[str, int | None] = dict.fromkeys(ids)
        found |= {item.id: item.revision for item in items}
        self.reads.append(Read(self.seen, revision, found))
        self.seen = max(self.seen, revision)


async def _campaign(
    folder: Path, server: PostgresServer, standby: PostgresServer, random: Random, steps: int
) -> None:
    history = History()
    settings = urls(server, standby) | PATIENT | {"read_store_wait": 0.02}
    async with item_service(folder, **settings) as items:
        clients = [Client(items, random, history) for _ in range(CLIENTS)]
        working = asyncio.gather(*(client.go_on(steps) for client in clients))
        await _pause_and_resume(standby, random, working)
    reads = [read for client in clients for read in client.reads]
    assert len(reads) > steps
    assert history.wrong(reads) == []


async def _pause_and_resume(
    standby: PostgresServer, random: Random, working: "asyncio.Future[list[None]]"
) -> None:
    while not working.done():
        for change in (pause_replay, resume_replay):
            await asyncio.to_thread(change, standby)
            await asyncio.wait([working], timeout=random.uniform(0, 0.1))
    await working


async def test_whoever_says_what_it_has_seen_is_never_shown_what_was_before(
    folder: Path, server: PostgresServer, standby: PostgresServer, random: Random
) -> None:
    await _campaign(folder, server, standby, random, steps=150)


@pytest.mark.campaign
@pytest.mark.timeout(600)
async def test_nor_in_a_long_run(
    folder: Path, server: PostgresServer, standby: PostgresServer, random: Random
) -> None:
    await _campaign(folder, server, standby, random, steps=5000)
