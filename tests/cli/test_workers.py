"""`items serve --workers`: several processes at the same ports."""

import asyncio
from pathlib import Path

import httpx
import psutil

from items_client import ItemsClient
from tests import postgresql
from tests.cli.program import finish, items, start
from tests.cli.test_serve import announced

WORKERS = 2


async def test_workers_on_postgresql_share_ports_and_store() -> None:
    with postgresql.database() as store:
        process = await start(
            *("serve", "--store", store, "--workers", str(WORKERS)),
            *("--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"),
        )
        try:
            places = await announced(process)
            modules = sorted(child.cmdline()[3] for child in psutil.Process(process.pid).children())
            assert modules == ["grpc_server"] * WORKERS + ["rest_facade"] * WORKERS
            await write_through_both_doors(places["gRPC"], places["REST"])
            process.terminate()
            assert (await finish(process)).code == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def write_through_both_doors(grpc: str, rest: str) -> None:
    """Connect anew for each call, so that every worker gets some."""
    for number in range(10):
        async with ItemsClient(grpc) as client, httpx.AsyncClient() as http:
            created = await client.create(id=f"g{number}", name="x")
            found = await http.get(f"{rest}/{created.id}")
            assert found.json()["revision"] == str(created.revision)
            answer = await http.post(rest, json={"id": f"r{number}", "name": "x"})
            assert (await client.get(f"r{number}")).etag == answer.json()["etag"]


async def test_several_servers_of_a_file_are_refused(folder: Path) -> None:
    store = folder / "items.db"
    outcome = await items("serve", "--store", f"sqlite:///{store}", "--workers", "2")
    assert outcome.code == 2
    assert "one process owns an SQLite file" in outcome.err
    assert "postgresql://" in outcome.err
    assert not await asyncio.to_thread(store.exists)
