"""A database that is frozen, restarted, cut off, full or crowded: bounded errors, and recovery."""

import asyncio
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from structlog.testing import capture_logs

from grpc_server.main import SERVICES, serving
from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.grpc_server.feed.recording import watching
from tests.grpc_server.serving.details import Refusal, refusal
from tests.needs import needs
from tests.postgresql import PostgresServer
from tests.servers import server_settings

BOUND = 8.0
"""Seconds within which every call is answered, whatever the database does."""

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@dataclass(frozen=True)
class Service:
    """A running service."""

    items: ItemServiceStub
    health: health_pb2_grpc.HealthStub

    async def create(self, item_id: str) -> pb.Item:
        """Create an item."""
        item = pb.Item(id=item_id, name=item_id)
        return await self.items.CreateItem(pb.CreateItemRequest(item=item), timeout=BOUND)

    async def get(self, item_id: str) -> pb.Item:
        """Read an item."""
        return await self.items.GetItem(pb.GetItemRequest(id=item_id), timeout=BOUND)

    async def becomes(self, status: int) -> None:
        """Return when the service says that it is so."""
        async with asyncio.timeout(20):
            call = self.health.Watch(health_pb2.HealthCheckRequest(service=SERVICES[0]))
            async for answer in call:
                if answer.status == status:
                    break
            call.cancel()

    async def ids(self) -> set[str]:
        """The ids of all items."""
        listed = await self.items.ListItems(pb.ListItemsRequest(page_size=1000))
        return {item.id for item in listed.items}


@asynccontextmanager
async def service_on(folder: Path, store: str, **settings: object) -> AsyncIterator[Service]:
    """A service over *store*."""
    async with (
        serving(server_settings(folder, store=store, **settings)) as address,
        aio.insecure_channel(address) as channel,
    ):
        yield Service(ItemServiceStub(channel), health_pb2_grpc.HealthStub(channel))


async def test_a_frozen_database_is_answered_for_within_bounds(
    folder: Path, server: PostgresServer
) -> None:
    async with service_on(folder, server.url, store_timeout=1) as service:
        await service.create("before")
        with frozen(server):
            outcomes = await asyncio.gather(
                service.create("during"), service.get("before"), return_exceptions=True
            )
            assert {code(outcome) for outcome in outcomes} <= {"UNAVAILABLE", "DEADLINE_EXCEEDED"}
            await service.becomes(NOT_SERVING)
        await service.becomes(SERVING)
        assert (await service.get("before")).id == "before"
        await service.create("after")
        assert {"before", "after"} <= await service.ids()


async def test_terminated_connections_are_noticed_by_nobody(
    folder: Path, server: PostgresServer, admin: psycopg.Connection
) -> None:
    async with service_on(folder, server.url) as service, watching(service.items) as watch:
        writing = asyncio.create_task(write_many(service, 300))
        while not writing.done():
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'item-service'"
            )
            await asyncio.wait([writing], timeout=0.2)
        acknowledged = writing.result()
        await watch.reach(300)
        assert await service.ids() == acknowledged
    assert [commit.revision for commit in watch.commits] == [*range(1, 301)]


async def test_a_database_that_is_restarted_is_waited_for(
    folder: Path, server: PostgresServer
) -> None:
    async with service_on(folder, server.url) as service, watching(service.items) as watch:
        writing = asyncio.create_task(write_many(service, 200))
        for _ in range(2):
            await asyncio.wait([writing], timeout=0.3)
            await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start)
        acknowledged = await writing
        assert await service.ids() == acknowledged
        await watch.reach(200)
        await service.becomes(SERVING)


async def test_a_database_that_is_gone_is_unavailable_until_it_is_back(
    folder: Path, server: PostgresServer
) -> None:
    async with service_on(folder, server.url) as service:
        await service.create("before")
        await asyncio.to_thread(server.stop)
        with pytest.raises(aio.AioRpcError) as raised:
            await service.create("during")
        found = refusal(raised.value)
        assert (found.code, found.reason) == ("UNAVAILABLE", "STORE_UNAVAILABLE")
        assert found.retry
        await service.becomes(NOT_SERVING)
        await asyncio.to_thread(server.start)
        await service.becomes(SERVING)
        await service.create("after")
        assert await service.ids() == {"before", "after"}


async def test_a_database_that_takes_no_more_connections_is_unavailable_until_it_does(
    folder: Path, server: PostgresServer, admin: psycopg.Connection
) -> None:
    admin.execute("CREATE ROLE app LOGIN")
    admin.execute("CREATE DATABASE items OWNER app")
    store = f"postgresql://app@/items?host={server.folder}"
    async with service_on(folder, store) as service:
        await service.create("before")
        admin.execute("ALTER DATABASE items CONNECTION LIMIT 0")
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'"
        )
        outcomes = await asyncio.gather(
            service.create("during"), service.get("before"), return_exceptions=True
        )
        assert {code(outcome) for outcome in outcomes} == {"UNAVAILABLE"}
        await service.becomes(NOT_SERVING)
        admin.execute("ALTER DATABASE items CONNECTION LIMIT -1")
        await service.becomes(SERVING)
        await service.create("after")
        assert await service.ids() == {"before", "after"}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_a_full_disk_refuses_writes_and_loses_nothing(folder: Path, database: str) -> None:
    with small_disk(folder, "64m") as disk, store_on(disk, database) as store:
        async with service_on(folder, store) as service:
            await service.create("before")
            filler = disk / "filler"
            fill(filler)
            refused = await first_refusal(service)
            assert (refused.code, refused.reason) == ("UNAVAILABLE", "STORE_UNAVAILABLE")
            await service.becomes(NOT_SERVING)
            assert (await service.get("before")).id == "before"
            filler.unlink()
            await service.becomes(SERVING)
            await service.create("after")
            assert {"before", "after"} <= await service.ids()


async def test_a_file_that_is_removed_is_not_written_to_until_it_is_back(folder: Path) -> None:
    path = folder / "items.db"
    async with service_on(folder, f"sqlite:///{path}") as service:
        await service.create("before")
        path.rename(folder / "elsewhere")
        with pytest.raises(aio.AioRpcError) as raised:
            await service.create("during")
        assert refusal(raised.value).reason == "STORE_UNAVAILABLE"
        await service.becomes(NOT_SERVING)
        (folder / "elsewhere").rename(path)
        await service.becomes(SERVING)
        await service.create("after")
        assert await service.ids() == {"before", "after"}


async def test_the_log_says_why_a_server_is_not_ready(folder: Path) -> None:
    path = folder / "items.db"
    with capture_logs() as log:
        async with service_on(folder, f"sqlite:///{path}") as service:
            path.rename(folder / "elsewhere")
            await service.becomes(NOT_SERVING)
    (told,) = (line for line in log if line["event"] == "not ready")
    assert f"{path} was removed while it was served" in told["error"]


async def first_refusal(service: Service) -> Refusal:
    """Write large items until one is refused; every one before it was acknowledged."""
    for number in range(1000):
        item = pb.Item(id=f"large-{number}", name="x")
        item.attributes.update({"text": text(number)})
        try:
            await service.items.CreateItem(pb.CreateItemRequest(item=item), timeout=BOUND)
        except aio.AioRpcError as error:
            return refusal(error)
    raise AssertionError("the disk is not full")


def text(number: int) -> str:
    """A text that does not become smaller when it is compressed."""
    return "".join(chr(0x4E00 + (number * 7919 + place * 104729) % 20000) for place in range(15000))


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of its own, of *size*."""
    needs("tmpfs")
    disk = folder / "disk"
    disk.mkdir()
    folder.chmod(0o711)  # the user of the server must get there
    subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["/bin/umount", "--lazy", disk], check=True)


@contextmanager
def store_on(disk: Path, database: str) -> Iterator[str]:
    """A store on *disk*; the log of PostgreSQL, without which it cannot run, is elsewhere."""
    if database == "sqlite":
        yield f"sqlite:///{disk}/items.db"
        return
    with tempfile.TemporaryDirectory(prefix="items-pg-") as elsewhere:
        server = PostgresServer.made(Path(elsewhere))
        tables = disk / "tables"
        tables.mkdir()
        if psutil.Process().uids().effective == 0:
            shutil.chown(tables, "nobody", "nogroup")
        try:
            with psycopg.connect(server.url, autocommit=True) as admin:
                admin.execute(f"CREATE TABLESPACE small LOCATION '{tables}'")
                admin.execute("CREATE DATABASE items TABLESPACE small TEMPLATE template0")
            yield f"postgresql://postgres@/items?host={server.folder}"
        finally:
            server.stop()


def fill(path: Path) -> None:
    """Take all the room that there is, but for a little."""
    free = shutil.disk_usage(path.parent).free
    path.write_bytes(b"x" * max(0, free - 1_000_000))


@contextmanager
def frozen(server: PostgresServer) -> Iterator[None]:
    """Stop all its processes where they are; their sockets stay open."""
    first = psutil.Process(server.pid)
    processes = [first, *first.children(recursive=True)]
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)


async def write_many(service: Service, count: int) -> set[str]:
    """Create items, a few at a time; tells the ids that were acknowledged."""
    lanes = [write_lane(service, lane, count // 4) for lane in range(4)]
    return set().union(*await asyncio.gather(*lanes))


async def write_lane(service: Service, lane: int, count: int) -> set[str]:
    """Create items one after the other."""
    return {(await service.create(f"i{lane}-{number}")).id for number in range(count)}


def code(outcome: object) -> str:
    """How a call ended."""
    return outcome.code().name if isinstance(outcome, aio.AioRpcError) else repr(outcome)
