"""A service on a restored store: what its clients still hold of the lost future is refused."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from grpc import aio

from grpc_server.main import serving
from items.v1 import items_pb2 as pb
from items.v1 import items_pb2_grpc, sinks_pb2, sinks_pb2_grpc
from store_tools.backup import back_up
from store_tools.restore import restore
from tests.grpc_server.serving.details import Refusal, refusal
from tests.servers import server_settings

LEASE = Duration(seconds=300)


@pytest.fixture
def dialect() -> str:
    """What other means put back on PostgreSQL is marked alike: test_marking."""
    return "sqlite"


@dataclass(frozen=True)
class Before:
    """What clients hold: of the time before the backup, and of after it, which is lost."""

    kept: pb.Item
    lost: pb.Item
    lease: sinks_pb2.Sink


@dataclass(frozen=True)
class Service:
    """The two services of a running server."""

    items: items_pb2_grpc.ItemServiceStub
    sinks: sinks_pb2_grpc.SinkServiceStub

    async def put(self, item_id: str, name: str, etag: str = "") -> pb.Item:
        """Write an item."""
        item = pb.Item(id=item_id, name=name, etag=etag)
        return await self.items.ReplaceItem(pb.ReplaceItemRequest(item=item))

    async def told(self, after: int, count: int) -> list[pb.WatchItemsResponse]:
        """The first messages of a watch from the revision *after* on."""
        call = self.items.WatchItems(pb.WatchItemsRequest(from_revision=after))
        found = [await call.read() for _ in range(count)]
        call.cancel()
        return [message for message in found if isinstance(message, pb.WatchItemsResponse)]


@asynccontextmanager
async def service(folder: Path) -> AsyncIterator[Service]:
    settings = server_settings(folder, watch_bookmark_interval=0.05)
    async with serving(settings) as address, aio.insecure_channel(address) as channel:
        yield Service(
            items_pb2_grpc.ItemServiceStub(channel), sinks_pb2_grpc.SinkServiceStub(channel)
        )


async def refused(call: Any) -> Refusal:
    with pytest.raises(aio.AioRpcError) as raised:
        await call
    return refusal(raised.value)


@pytest.fixture
async def before(folder: Path) -> Before:
    """A backup at revision 2, and two revisions after it, over which a restore has gone."""
    url, file = f"sqlite:///{folder}/items.db", folder / "b.db"
    async with service(folder) as running:
        await running.put("vim", "one")
        kept = await running.put("vim", "two")
        asked = sinks_pb2.AcquireSinkRequest(name="sink", holder="relay", lease_duration=LEASE)
        lease = await running.sinks.AcquireSink(asked)
        back_up(url, file, replaces=False)
        await running.put("ed", "lost")
        lost = await running.put("vim", "lost")
    restore(file, url, datetime.now(UTC), replaces=True)
    return Before(kept, lost, lease)


async def test_an_etag_of_the_lost_future_never_fits_again(folder: Path, before: Before) -> None:
    async with service(folder) as running:
        for number in range(int(before.lost.etag) + 2):
            item = await running.put("vim", f"new {number}")
            assert item.etag != before.lost.etag
        stale = await refused(running.put("vim", "stale", etag=before.lost.etag))
    assert (stale.code, stale.reason) == ("ABORTED", "ETAG_MISMATCH")


async def test_an_etag_from_before_the_backup_still_fits(folder: Path, before: Before) -> None:
    async with service(folder) as running:
        item = await running.put("vim", "three", etag=before.kept.etag)
    assert item.revision > before.lost.revision + 1_000


@pytest.mark.parametrize("beyond", [0, 1_000])
async def test_a_cursor_of_the_lost_future_is_refused_for_good(
    folder: Path, before: Before, beyond: int
) -> None:
    async with service(folder) as running:
        await running.put("vim", "three")
        cursor = await refused(running.told(before.lost.revision + beyond, 1))
        request = pb.GetItemRequest(id="vim", revision=before.lost.revision + beyond)
        past = await refused(running.items.GetItem(request))
    for each in (cursor, past):
        assert (each.code, each.reason) == ("OUT_OF_RANGE", "REVISION_COMPACTED")
        assert "restored from a backup" in each.message


async def test_a_watch_from_before_the_backup_goes_on_over_what_is_lost(
    folder: Path, before: Before
) -> None:
    async with service(folder) as running:
        first, second, third, quiet = await running.told(1, 4)
        assert first.bookmark.revision == 1
        assert [commit.revision for commit in second.commits.commits] == [before.kept.revision]
        assert third.bookmark.revision == quiet.bookmark.revision > before.lost.revision
        item = await running.put("vim", "three")
        (_, commits) = await running.told(quiet.bookmark.revision, 2)
        assert [commit.revision for commit in commits.commits.commits] == [item.revision]
        assert item.revision == quiet.bookmark.revision + 1


async def test_a_relay_that_held_a_sink_has_lost_it(folder: Path, before: Before) -> None:
    async with service(folder) as running:
        request = sinks_pb2.AdvanceSinkRequest(
            name="sink",
            epoch=before.lease.epoch,
            revision=before.lost.revision,
            lease_duration=LEASE,
        )
        lost = await refused(running.sinks.AdvanceSink(request))
        asked = sinks_pb2.AcquireSinkRequest(name="sink", holder="relay", lease_duration=LEASE)
        again = await running.sinks.AcquireSink(asked)
    assert (lost.code, lost.reason) == ("ABORTED", "LEASE_LOST")
    assert again.epoch > before.lease.epoch
    assert again.store_id == before.lease.store_id
