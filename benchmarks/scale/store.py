"""What is measured: replicas on one PostgreSQL, and the reference, one server on a file."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
from psycopg import conninfo, sql

from benchmarks.servers.process import Server, free_address, running
from items_runtime.address import Address
from tests.postgresql import PostgresServer

DURABLE = MappingProxyType(
    {
        "max_connections": "200",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "track_wal_io_timing": "on",
    }
)
"""What PostgreSQL is told; the rest is as it comes."""


@dataclass(frozen=True, slots=True)
class Replica:
    """A gRPC server, and where it shows its metrics."""

    server: Server
    metrics: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """Replicas that are running on one new store; *database* is None for a file."""

    replicas: tuple[Replica, ...]
    database: PostgresServer | None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where each replica listens."""
        return tuple(replica.server.address for replica in self.replicas)


@contextmanager
def postgresql(folder: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL whose commits are on the disk, over *folder*."""
    server = PostgresServer.made(folder, DURABLE)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def database_of(server: PostgresServer) -> Iterator[str]:
    """The name of a new database on *server*, which is gone after the block."""
    name = f"items_scale_{uuid4().hex}"
    _administer(server, "CREATE DATABASE {} TEMPLATE template0", name)
    try:
        yield name
    finally:
        _administer(server, "DROP DATABASE {} WITH (FORCE)", name)


def url_of(server: PostgresServer, name: str, address: str = "") -> str:
    """The URL of a database on *server*, which is also reached at *address*, if there is one."""
    stated = conninfo.conninfo_to_dict(server.url, dbname=name)
    if address:
        place = Address.parse(address)
        stated |= {"host": place.host, "port": str(place.port), "sslmode": "disable"}
    return "postgresql://?" + urlencode(stated)


@contextmanager
def on_postgresql(
    server: PostgresServer, size: int, folder: Path, round_trip: float = 0.0
) -> Iterator[Deployment]:
    """So many replicas, on a new database of *server*, a *round_trip* of seconds away."""
    with database_of(server) as name, ExitStack() as stack:
        address = stack.enter_context(_way(server, folder, round_trip)) if round_trip else ""
        url = url_of(server, name, address)
        started = [stack.enter_context(_replica(url, n, folder)) for n in range(size)]
        yield Deployment(tuple(started), server)


@contextmanager
def _way(server: PostgresServer, folder: Path, round_trip: float) -> Iterator[str]:
    """The address of a way to *server* that takes so long."""
    address, socket = free_address(), f"{server.folder}/.s.PGSQL.5432"
    arguments = ["benchmarks.scale.delay", address, socket, str(round_trip)]
    with running("way", arguments, address, folder):
        yield address


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Deployment]:
    """One server on a new file in *folder*."""
    url = f"sqlite:///{folder / uuid4().hex}.db"
    with _replica(url, 0, folder) as started:
        yield Deployment((started,), None)


@contextmanager
def _replica(url: str, number: int, folder: Path) -> Iterator[Replica]:
    address, metrics = free_address(), free_address()
    command = ["grpc_server", "--store", url, "--grpc", address, "--grpc-metrics", metrics]
    with running(f"replica {number}", command, address, folder) as server:
        yield Replica(server, metrics)


def _administer(server: PostgresServer, statement: str, name: str) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
