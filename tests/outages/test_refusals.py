"""What a server says that is pointed at a database which it cannot use: one line, and no secret."""

import re
from pathlib import Path

import psycopg
import pytest

from grpc_server.database.errors import StoreError, StoreUnavailable, StoreUnsupported
from grpc_server.database.opening import open_store
from grpc_server.database.postgresql.engines import refuse_unfit
from grpc_server.database.replica import standby_at
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
        ("postgresql://[::1]:1/items", StoreUnavailable, r"^postgresql://\[::1\]:1/items: "),
        ("postgresql://nowhere.invalid/items", StoreUnavailable, "resolve host 'nowhere.invalid'"),
        ("postgresql:///items?host=/nowhere", StoreUnavailable, "No such file"),
        ("mysql://127.0.0.1/items", StoreUnsupported, "postgresql://host/database"),
        ("postgresql:/items", StoreUnsupported, "postgresql://host/database"),
    ],
)
def test_a_url_that_leads_nowhere_is_refused(url: str, kind: type[StoreError], said: str) -> None:
    with pytest.raises(kind, match=said) as raised:
        open_store(url)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["sqlite:///items.db", f"postgresql://me:{SECRET}@standby/items?nonsense=1"]
)
def test_a_standby_that_cannot_be_one_is_named(url: str) -> None:
    with pytest.raises(StoreUnsupported, match=re.escape(url.replace(SECRET, "***"))) as no:
        standby_at(url)
    assert SECRET not in str(no.value)


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
    with pytest.raises(StoreError, match=r"permission denied for schema public$"):
        open_store(f"postgresql://app@/postgres?host={server.folder}")


def test_a_database_that_cannot_hold_every_text_is_told_what_to_make(
    server: PostgresServer, admin: psycopg.Connection
) -> None:
    admin.execute(
        "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    )
    with pytest.raises(StoreUnsupported, match=r"is in LATIN1, .* ENCODING 'UTF8'"):
        open_store(f"postgresql://postgres@/latin?host={server.folder}")


def test_a_postgresql_that_is_too_old_is_told_which_one_is_needed() -> None:
    with pytest.raises(StoreUnsupported, match=r"13\.22 is too old; 14 or newer"):
        refuse_unfit(130022, "UTF8")
    refuse_unfit(140000, "UTF8")
