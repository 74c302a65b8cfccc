import asyncio
import re
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from items_cli.processes.supervisor import STOP
from items_client import ItemsClient
from tests.items_cli.program import Outcome, finish, items, start

PATIENCE = 20.0
"""Seconds, for a busy machine. A clean end is code 0, which serve gives only within STOP."""


@dataclass(frozen=True)
class Service:
    """A service that `items serve` has announced."""

    process: asyncio.subprocess.Process
    grpc: str
    rest: str
    data: Path
    parts: dict[str, psutil.Process]

    async def stop(self, number: signal.Signals) -> Outcome:
        """Send a signal, and wait for the end as long as a stop may take."""
        self.process.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            return await finish(self.process)

    async def has_left_nothing(self) -> bool:
        """Whether every process that was started is gone."""
        _, alive = await asyncio.to_thread(psutil.wait_procs, list(self.parts.values()), PATIENCE)
        return not alive


@asynccontextmanager
async def serving(folder: Path, through: Sequence[str] = ()) -> AsyncIterator[Service]:
    """`items serve` on free ports, once it says that it is up."""
    store = folder / "items.db"
    process = await start(
        *("serve", "--store", f"sqlite:///{store}"),
        *("--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"),
        through=through,
    )
    try:
        places = await announced(process)
        yield Service(process, places["gRPC"], places["REST"], Path(places["Data"]), parts(process))
    finally:
        if process.returncode is None:
            process.kill()
        print((await finish(process)).err)  # noqa: T201  # pytest shows it when the test fails


async def announced(process: asyncio.subprocess.Process) -> dict[str, str]:
    """Where everything is, as the service says when it is up."""
    assert process.stdout is not None
    places: dict[str, str] = {}
    async for raw in process.stdout:
        found = re.match(r"([A-Z]\w+|gRPC)\s{2,}(\S+)", raw.decode())
        if found:
            places[found[1]] = found[2]
        if "Data" in places:
            return places
    raise AssertionError((await finish(process)).err)


def parts(process: asyncio.subprocess.Process) -> dict[str, psutil.Process]:
    """The processes of the service by the module that they run."""
    children = psutil.Process(process.pid).children()
    return {child.cmdline()[3]: child for child in children}


@contextmanager
def taken_port() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


async def test_the_service_is_where_it_says(folder: Path) -> None:
    async with serving(folder) as service:
        async with ItemsClient(service.grpc) as client:
            await client.create(id="vim", name="Vim")
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.get(f"{service.rest}/vim")
            docs = await http.get(service.rest.replace("/v1/items", "/docs"))
        assert answer.json()["name"] == "Vim"
        assert docs.status_code == 200
        assert service.data == folder / "items.db"
        assert service.data.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_both_parts_cleanly(folder: Path, number: signal.Signals) -> None:
    async with serving(folder) as service:
        outcome = await service.stop(number)
        assert outcome.code == 0, outcome.err
        assert await service.has_left_nothing()
        assert outcome.err.count('"stopped"') == 2, outcome.err
        assert "Traceback" not in outcome.err, outcome.err


@pytest.mark.parametrize(
    ("module", "name"), [("grpc_server", "the gRPC server"), ("rest_facade", "the REST facade")]
)
async def test_when_one_part_dies_the_other_ends_too(folder: Path, module: str, name: str) -> None:
    async with serving(folder) as service:
        service.parts[module].kill()
        async with asyncio.timeout(PATIENCE):
            outcome = await finish(service.process)
        assert outcome.code == 1
        assert f"error: {name} was ended by SIGKILL\n" in outcome.err
        assert await service.has_left_nothing()


async def test_a_supervisor_that_is_killed_leaves_no_orphans(folder: Path) -> None:
    async with serving(folder) as service:
        service.process.kill()
        await service.process.wait()
        assert await service.has_left_nothing()


async def test_under_nohup_the_end_of_the_terminal_ends_nothing(folder: Path) -> None:
    async with serving(folder, through=["nohup"]) as service:
        service.process.send_signal(signal.SIGHUP)
        async with httpx.AsyncClient(trust_env=False) as http:
            assert (await http.get(service.rest)).status_code == 200
        outcome = await service.stop(signal.SIGTERM)
        assert outcome.code == 0
        assert outcome.err.count('"stopped"') == 2, "SIGTERM came second, and killed"


async def test_a_part_that_hangs_is_killed(folder: Path) -> None:
    async with serving(folder) as service:
        service.parts["grpc_server"].suspend()
        service.process.send_signal(signal.SIGTERM)
        outcome = await finish(service.process)
        assert outcome.code == 1
        assert "error: the gRPC server did not end within" in outcome.err
        assert await service.has_left_nothing()


async def test_a_second_signal_does_not_wait(folder: Path) -> None:
    async with serving(folder) as service:
        for part in service.parts.values():
            part.suspend()
        service.process.send_signal(signal.SIGINT)
        service.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP):
            await service.process.wait()
        assert await service.has_left_nothing()


@pytest.mark.parametrize("flag", ["--grpc", "--http"])
async def test_a_port_that_is_taken_is_named_with_the_way_out(flag: str) -> None:
    free = {"--grpc": "127.0.0.1:0", "--http": "127.0.0.1:0"}
    with taken_port() as address:
        arguments = {**free, flag: address}
        outcome = await items("serve", *(word for pair in arguments.items() for word in pair))
    assert outcome.code == 1
    assert outcome.err == (
        f"error: cannot listen on {address}: another program uses it."
        f" Choose another with {flag} HOST:PORT; port 0 takes a free one.\n"
    )


async def test_a_host_that_is_unknown_is_an_error() -> None:
    outcome = await items("serve", "--http", "no-such-host.invalid:0", "--grpc", "127.0.0.1:0")
    assert outcome.code == 1
    assert "cannot listen on no-such-host.invalid:0" in outcome.err
    assert "Traceback" not in outcome.err


async def test_a_store_that_cannot_be_opened_ends_both(folder: Path) -> None:
    outcome = await items(
        *("serve", "--store", f"nothing://{folder}"),
        *("--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"),
    )
    assert outcome.code == 1
    assert outcome.err.splitlines()[-1].startswith("error: the gRPC server cannot serve: 'nothing'")
    assert "The item service is up" not in outcome.out


async def test_one_part_can_run_alone(folder: Path) -> None:
    process = await start(
        "grpc", "--store", f"sqlite:///{folder}/items.db", "--grpc", "127.0.0.1:0"
    )
    assert process.stderr is not None
    found = re.search(rb'"grpc":"([0-9.:]+)"', await process.stderr.readline())
    assert found is not None
    async with ItemsClient(found[1].decode()) as client:
        assert (await client.create(id="vim", name="Vim")).id == "vim"
    assert psutil.Process(process.pid).cmdline()[1:3] == ["-m", "grpc_server"]
    process.terminate()
    assert (await finish(process)).code == 0
