"""Migrations of a PostgreSQL that servers use meanwhile: of an SQLite file there is one owner."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from grpc_server.database.errors import StoreInterrupted, StoreLocked
from grpc_server.database.opening import open_store
from grpc_server.database.schema.migration import TURN, Migrations
from store_tools.migration import Patience
from tests.grpc_server.database.histories import add, get, head
from tests.store_tools.schemas import ADMITTING, VIM, opened, schema, upgrade, use

AT_ONCE = Patience(seconds=0, sleep=lambda _: None)


@pytest.fixture
def dialect() -> str:
    return "postgresql"


@pytest.fixture
def other(url: str) -> Iterator[psycopg.Connection]:
    """A connection of somebody else's to a store on PostgreSQL."""
    open_store(url).close()
    with psycopg.connect(url) as connection:
        yield connection


def test_a_running_server_goes_on_while_its_schema_becomes_newer(url: str) -> None:
    with opened(url) as store:
        add(store, VIM)
        get(store, "vim")
        upgrade(url, ADMITTING)
        use(store)


def test_replicas_that_start_at_once_make_one_store(url: str) -> None:
    with ThreadPoolExecutor(6) as threads:
        stores = list(threads.map(open_store, [url] * 6))
    assert len({head(store).store_id for store in stores}) == 1
    for store in stores:
        store.close()


def test_two_do_not_migrate_at_once(url: str, other: psycopg.Connection) -> None:
    other.execute("SELECT pg_advisory_lock(%s)", (TURN,))
    with pytest.raises(StoreLocked, match="another process migrates"):
        upgrade(url, ADMITTING, patience=AT_ONCE)
    assert upgrade(url, ADMITTING, patience=_until(other.close)) == ["9999"]


def test_a_migration_gives_way_and_tries_again(url: str, other: psycopg.Connection) -> None:
    other.execute("SELECT * FROM items")  # a snapshot that lasts
    with pytest.raises(StoreInterrupted, match=r"migration 9999: .*lock timeout"):
        upgrade(url, ADMITTING, patience=AT_ONCE)
    assert schema(url) == Migrations().head
    assert upgrade(url, ADMITTING, patience=_until(other.rollback)) == ["9999"]


def _until(released: Callable[[], None]) -> Patience:
    """A patience whose first pause lets *released* happen."""
    return Patience(seconds=30, sleep=lambda _: released())
