"""What a server says that is pointed at a database which it cannot use: one line, and no secret."""

from pathlib import Path

import psycopg
import pytest

from grpc_server.database.engine import open_store
from grpc_server.database.errors import StoreError, StoreUnavailable, StoreUnsupported
from tests.postgresql import PostgresServer

SECRET = "hunter2"  # noqa: S105  # what must not be shown


@pytest.fixture
def protected(server: PostgresServer, admin: psycopg.Connection) -> PostgresServer:
    """A server that asks for passwords."""
    admin.execute(f"CREATE ROLE app LOGIN PASSWORD 'right {SECRET}'")
    (Path(server.data) / "pg_hba.conf").write_text("local all app scram-sha-256\n")
    admin.execute("SELECT pg_reload_conf()")
    return server


def test_a_wrong_password_is_told_and_not_shown(protected: PostgresServer) -> None:
    url = f"postgresql://app:{SECRET}@/postgres?host={protected.folder}"
    with pytest.raises(StoreUnavailable, match="password authentication failed") as raised:
        open_store(url)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "kind", "said"),
    [
        ("postgresql://127.0.0.1:1/items", StoreUnavailable, "Connection refused"),
        ("postgresql://127.0.0.1/items?nonsense=1", StoreUnsupported, "nonsense"),
        ("postgresql://127.0.0.1:port/items", StoreUnavailable, "port"),
        ("postgresql:///items?host=/nowhere", StoreUnavailable, "No such file"),
        ("mysql://127.0.0.1/items", StoreUnsupported, "postgresql://host/database"),
        ("postgresql:/items", StoreUnsupported, "postgresql://host/database"),
    ],
)
def test_a_url_that_leads_nowhere_is_refused(url: str, kind: type[StoreError], said: str) -> None:
    with pytest.raises(kind, match=said):
        open_store(url)


def test_a_database_that_does_not_exist_is_named(server: PostgresServer) -> None:
    with pytest.raises(StoreUnavailable, match='database "none" does not exist'):
        open_store(f"postgresql://postgres@/none?host={server.folder}")


def test_a_database_of_somebody_else_is_left_alone(
    server: PostgresServer, admin: psycopg.Connection
) -> None:
    admin.execute("CREATE TABLE accounts (id int)")
    with pytest.raises(StoreUnsupported, match="it holds accounts"):
        open_store(server.url)
    tables = admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert tables.fetchall() == [("accounts",)]


def test_a_role_that_may_not_make_tables_is_told(
    server: PostgresServer, admin: psycopg.Connection
) -> None:
    admin.execute("CREATE ROLE app LOGIN")
    with pytest.raises(StoreError, match="permission denied for schema public"):
        open_store(f"postgresql://app@/postgres?host={server.folder}")
