"""The servers that are measured, each over a new store, with its default settings."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers.process import Server, free_address, running
from items_runtime.address import Address


@dataclass(frozen=True, slots=True)
class Service:
    """The item service as `items serve` runs it: two processes."""

    grpc: Server
    rest: Server

    @property
    def servers(self) -> tuple[Server, Server]:
        """Both processes."""
        return self.grpc, self.rest


@dataclass(frozen=True, slots=True)
class Peers:
    """What the service is measured against.

    *native* and *http* are so light that a load on them shows what the generator can do.
    """

    tutorial: Server
    grpcio: Server
    native: Server
    http: Server


@contextmanager
def item_service(folder: Path) -> Iterator[Service]:
    """The item service over a store in *folder*; ITEMS_* variables reach it."""
    upstream, http = free_address(), free_address()
    store = f"sqlite:///{folder / 'items.db'}"
    grpc = ["grpc_server", "--store", store, "--grpc", upstream]
    rest = ["rest_facade", "--upstream", upstream, "--http", http]
    with (
        running("gRPC server", grpc, upstream, folder) as grpc_server,
        running("REST facade", rest, http, folder) as rest_facade,
    ):
        yield Service(grpc_server, rest_facade)


@contextmanager
def peers(folder: Path) -> Iterator[Peers]:
    """Every peer, running."""
    with ExitStack() as stack:
        yield Peers(
            stack.enter_context(tutorial(folder)),
            stack.enter_context(_bare("grpcio", folder)),
            stack.enter_context(_bare("native", folder)),
            stack.enter_context(_bare("http", folder)),
        )


@contextmanager
def tutorial(folder: Path) -> Iterator[Server]:
    """The tutorial over a file in *folder*, on one uvicorn worker."""
    address = free_address()
    place = Address.parse(address)
    app = ["uvicorn", "--factory", "benchmarks.tutorial.app:create_app"]
    database = {"TUTORIAL_DATABASE": str(folder / "tutorial.db")}
    with running(
        "tutorial",
        [*app, "--host", place.host, "--port", str(place.port)],
        address,
        folder,
        database,
    ) as server:
        yield server


@contextmanager
def _bare(engine: str, folder: Path) -> Iterator[Server]:
    address = free_address()
    arguments = ["benchmarks.servers.bare", engine, address]
    with running(f"bare {engine}", arguments, address, folder) as server:
        yield server
