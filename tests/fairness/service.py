"""The pair of processes under attack, with default settings and a stocked store."""

import atexit
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import grpc

from grpc_server.database.sqlite.engines import log_of
from items.v1 import items_pb2 as pb
from tests.fairness.honest import Errand
from tests.fairness.resident import Resident
from tests.fairness.stubs import stub
from tests.processes import FacadeProcess, ServerProcess

LARGE_ITEMS = 300
"""How many items have an attribute `x` of 60,000 letters a."""

SMALL_ITEMS = 1000

VERSIONS = 100
"""How many versions the large item `versions` has."""

LARGE = "a" * 60_000


@dataclass(frozen=True, slots=True)
class Target:
    """Where an attack goes: the facade at *host* and *port*, the server at *grpc_address*."""

    host: str
    port: int
    grpc_address: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What an attack did to others: errands by name, and the peak of each process in MiB."""

    errands: dict[str, Errand]
    server_mib: float
    facade_mib: float

    @property
    def longest_wait(self) -> float:
        """The longest that any errand took, in seconds."""
        return max(errand.longest for errand in self.errands.values())

    @property
    def failures(self) -> list[str]:
        """How errands failed, each with its name."""
        return [
            f"{name}: {failure}"
            for name, errand in self.errands.items()
            for failure in errand.failures[:3]
        ]


class HonestClient:
    """The process of an honest client that runs its errands."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.report()

    def report(self) -> dict[str, Errand]:
        """Return how the errands went since the last report."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the honest client has ended"
        return {name: Errand(**errand) for name, errand in json.loads(line).items()}


@contextmanager
def honest_client(target: Target) -> Iterator[HonestClient]:
    """Run an honest client of *target* in the block; on entering, each errand has succeeded."""
    words = ["-m", "tests.fairness.honest", target.host, str(target.port), target.grpc_address]
    with subprocess.Popen(
        [sys.executable, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield HonestClient(process)
        finally:
            process.kill()


class Service:
    """A server and a facade that run, and an honest client of both."""

    def __init__(
        self, server: ServerProcess, facade: FacadeProcess, target: Target, client: HonestClient
    ) -> None:
        self._processes = (server, facade)
        self._client = client
        self.target = target

    @property
    def is_running(self) -> bool:
        """Whether both processes run."""
        return all(process.is_running for process in self._processes)

    @contextmanager
    def observed(self) -> Iterator[list[Findings]]:
        """Observe the block; afterwards, the findings are in the list."""
        memory = [Resident(process.pid) for process in self._processes]
        findings: list[Findings] = []
        self._client.report()
        for each in memory:
            each.forget_peak()
        yield findings
        errands = self._client.report()
        findings.append(Findings(errands, *(each.peak() for each in memory)))


@contextmanager
def attacked_service() -> Iterator[Service]:
    """Run a service over a stocked store of its own in the block."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="items-")))
        shutil.copyfile(stocked_store(), folder / "items.db")
        server = running.enter_context(ServerProcess(folder, log_level="warning"))
        wait_until_answered(server)
        facade = running.enter_context(FacadeProcess(server.address))
        facade.wait_until_serving()
        host, _, port = facade.said("http").rpartition(":")
        target = Target(host, int(port), server.address)
        client = running.enter_context(honest_client(target))
        yield Service(server, facade, target, client)


@cache
def stocked_store() -> Path:
    """Return the file of a store with what attacks read, made once; each service gets a copy."""
    folder = Path(tempfile.mkdtemp(prefix="items-stocked-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with ServerProcess(folder) as server:
        server.wait_until_serving()
        stock(server.address)
        server.terminate()
    assert not log_of(server.store).exists(), "the file lacks what is in the log"
    return server.store


def wait_until_answered(server: ServerProcess) -> None:
    """Return when the server takes calls."""
    with grpc.insecure_channel(server.address) as channel:
        grpc.channel_ready_future(channel).result(timeout=30)


def stock(address: str) -> None:
    """Write the items that attacks read."""
    with grpc.insecure_channel(address) as channel:
        service = stub(channel)
        for start in range(0, LARGE_ITEMS, 50):
            _write(service, [large_item(f"large-{n}") for n in range(start, start + 50)])
        _write(service, [pb.Item(id=f"small-{n}", name=f"Small {n}") for n in range(SMALL_ITEMS)])
        for number in range(VERSIONS):
            _write(service, [large_item("versions", f"Version {number}")])


def large_item(item_id: str, name: str = "Large") -> pb.Item:
    """Return an item of about 60 KiB."""
    item = pb.Item(id=item_id, name=name)
    item.attributes["x"] = LARGE
    return item


def _write(service: Any, items: list[pb.Item]) -> None:
    writes = [pb.ItemWrite(replace=pb.ReplaceItemRequest(item=item)) for item in items]
    service.BatchWriteItems(pb.BatchWriteItemsRequest(writes=writes), timeout=30)
