"""`items serve --workers`: several processes at the same ports."""

import asyncio
import re
import socket
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil

from items_client import ItemsClient
from tests import postgresql
from tests.items_cli.program import finish, items, start
from tests.items_cli.test_serve import announced

WORKERS = 2


async def test_workers_on_postgresql_share_ports_and_store() -> None:
    ports = free_ports(2 * WORKERS)
    metrics = {
        "ITEMS_GRPC_METRICS": f"127.0.0.1:{ports[0]}",
        "ITEMS_REST_METRICS": f"127.0.0.1:{ports[WORKERS]}",
    }
    with postgresql.database() as store:
        process = await start(
            *("serve", "--store", store, "--workers", str(WORKERS)),
            *("--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"),
            env=metrics | {"ITEMS_REST_LAME_DUCK": "0.5"},
        )
        try:
            places = await announced(process)
            modules = sorted(child.cmdline()[3] for child in psutil.Process(process.pid).children())
            assert modules == ["grpc_server"] * WORKERS + ["rest_facade"] * WORKERS
            await write_through_both_doors(places["gRPC"], places["REST"])
            await check_metrics(ports)
            process.terminate()
            outcome = await finish(process)
            assert outcome.code == 0
            assert ends(outcome.err) == ["draining"] * WORKERS + ["stopped"] * WORKERS
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def ends(log: str) -> list[str]:
    """How the first ones to end did that, which are the facades: together, or one by one."""
    return re.findall(r'"event":"(draining|stopped)"', log)[: 2 * WORKERS]


async def write_through_both_doors(grpc: str, rest: str) -> None:
    """Connect anew for each call, so that every worker gets some."""
    for number in range(10):
        async with ItemsClient(grpc) as client, httpx.AsyncClient() as http:
            created = await client.create(id=f"g{number}", name="x")
            found = await http.get(f"{rest}/{created.id}")
            assert found.json()["revision"] == str(created.revision)
            answer = await http.post(rest, json={"id": f"r{number}", "name": "x"})
            assert (await client.get(f"r{number}")).etag == answer.json()["etag"]


def free_ports(count: int) -> range:
    """*count* ports of loopback, one after the other, that are free at this moment."""
    while True:
        with ExitStack() as probes:
            probe = probes.enter_context(socket.create_server(("127.0.0.1", 0)))
            port = int(probe.getsockname()[1])
            try:
                for number in range(1, count):
                    probes.enter_context(socket.create_server(("127.0.0.1", port + number)))
            except (OSError, OverflowError):
                continue
            return range(port, port + count)


async def check_metrics(ports: range) -> None:
    """Each worker shows its own."""
    async with httpx.AsyncClient() as http:
        answers = [await http.get(f"http://127.0.0.1:{port}/metrics") for port in ports]
    kinds = ["grpc"] * WORKERS + ["rest"] * WORKERS
    for kind, answer in zip(kinds, answers, strict=True):
        assert f'items_build_info{{component="{kind}"' in answer.text


async def test_an_address_of_metrics_that_is_none_is_refused() -> None:
    with postgresql.database() as store:
        outcome = await items(
            *("serve", "--store", store, "--workers", "2"),
            *("--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"),
            env={"ITEMS_GRPC_METRICS": "everywhere"},
        )
    assert outcome.code == 2
    assert "ITEMS_GRPC_METRICS: 'everywhere' is not HOST:PORT" in outcome.err


async def test_parts_that_would_meet_at_one_port_are_refused_at_the_start() -> None:
    with postgresql.database() as store:
        outcome = await items(
            *("serve", "--store", store, "--workers", "2"),
            *("--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"),
            env={"ITEMS_GRPC_METRICS": "127.0.0.1:9464", "ITEMS_REST_METRICS": "127.0.0.1:9465"},
        )
    assert outcome.code == 2
    assert outcome.err == (
        "error: the metrics of gRPC server 2 and the metrics of REST facade 1 cannot both listen"
        " on port 9465: change ITEMS_GRPC_METRICS or ITEMS_REST_METRICS\n"
    )


async def test_several_servers_of_a_file_are_refused(folder: Path) -> None:
    store = folder / "items.db"
    outcome = await items("serve", "--store", f"sqlite:///{store}", "--workers", "2")
    assert outcome.code == 2
    assert "one process owns an SQLite file" in outcome.err
    assert "postgresql://" in outcome.err
    assert not await asyncio.to_thread(store.exists)
