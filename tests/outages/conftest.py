"""A PostgreSQL that may be broken, and a database on it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.postgresql import PostgresServer


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server that only this test uses."""
    with tempfile.TemporaryDirectory(prefix="items-pg-") as folder:
        server = PostgresServer.made(Path(folder))
        yield server
        if server.is_running:
            server.stop()


@pytest.fixture
def admin(server: PostgresServer) -> Iterator[psycopg.Connection]:
    """An administrator's connection, each of whose statements is a transaction."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        yield connection
