"""Stores as other versions of the service have left them, and the SQL that tells."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import LargeBinary, bindparam, text

from grpc_server.database.opening import open_store
from grpc_server.database.query import ItemQuery
from grpc_server.database.schema.migration import Migrations
from grpc_server.database.schema.version_table import VERSION_TABLE
from grpc_server.database.store import Commit, RequestKey, Store, StoredAnswer
from grpc_server.database.store_url import is_postgresql
from items.v1 import items_pb2 as pb
from items.v1 import sinks_pb2
from store_tools import migration
from store_tools.access import owned
from tests.grpc_server.database.histories import NOON, UPDATED, add, change
from tests.new_stores import engine_at

VIM = pb.Item(id="vim", name="Vim", revision=1, etag="1")
ADMITTING = Migrations("tests.store_tools.next_versions:admitting")
EXCLUDING = Migrations("tests.store_tools.next_versions:excluding")
FAILING = Migrations("tests.store_tools.next_versions:failing")


def sql(url: str, statement: str, **values: Any) -> list[Any]:
    """Run *statement* in a transaction, and give its rows."""
    query = text(statement).bindparams(
        *(bindparam(name, type_=LargeBinary) for name in values if name == "payload")
    )
    with engine_at(url) as engine, engine.begin() as connection:
        found = connection.execute(query, values)
        return [tuple(row) for row in found] if found.returns_rows else []


def run_script(url: str, script: str) -> None:
    """Run the statements of *script*, as an operator does by hand."""
    with engine_at(url) as engine, closing(engine.raw_connection()) as connection:
        if is_postgresql(url):
            connection.driver_connection.autocommit = True  # type: ignore[union-attr]
            connection.driver_connection.execute(script)  # type: ignore[union-attr]
        else:
            connection.driver_connection.executescript(script)  # type: ignore[union-attr]


def make_old_store(url: str, revision: str, item: pb.Item) -> None:
    """Make a store of the schema *revision*, with *item*, created at revision 1."""
    with engine_at(url) as engine, engine.begin() as connection:
        Migrations().apply(connection, revision)
    payload = item.SerializeToString()
    key = bytes(32)
    sql(
        url,
        "INSERT INTO store (singleton, store_id, revision, oldest_revision, commit_time, token_key)"
        " VALUES (1, 'the store', 1, 1, 1000, :payload)",
        payload=key,
    )
    sql(
        url,
        "INSERT INTO changes (revision, ordinal, item_id, kind, commit_time, actor, request_id,"
        " payload) VALUES (1, 0, :id, 1, 1000, '', '', :payload)",
        id=item.id,
        payload=payload,
    )
    sql(
        url,
        "INSERT INTO items (id, revision, name, payload) VALUES (:id, 1, :name, :payload)",
        id=item.id,
        name=item.name,
        payload=payload,
    )


def upgrade(url: str, known: Migrations, **options: Any) -> list[str]:
    """Apply what is pending, as a version that knows *known* does; tells which."""
    applied: list[str] = []
    with owned(url) as database:
        migration.apply(database, known, lambda step: applied.append(step.revision), **options)
    return applied


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """The store at *url*, as a server of this version opens it."""
    store = open_store(url)
    yield store
    store.close()


def schema(url: str) -> str:
    """Which schema the store has."""
    ((revision,),) = sql(url, f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608  # a constant
    return str(revision)


def use(store: Store) -> None:
    """Do a bit of all that a server does with a store that has come to revision 1."""
    add(store, pb.Item(id="nano", name="Nano", labels={"kind": "editor"}))
    add(store, pb.Item(id="nano", name="GNU nano"), kind=UPDATED)
    answer = StoredAnswer(RequestKey("ada", "r"), b"f", b"a", NOON + timedelta(days=1))
    with store.write() as writing:
        writing.save(Commit([change(4, pb.Item(id="ed"))], [answer]))
        writing.put_sink(sinks_pb2.Sink(name="sink", last_error="none yet"))
        writing.compact(2)
    with store.read() as reading:
        page = reading.page(ItemQuery(limit=9))
        assert [item.name for item in page.items] == ["", "GNU nano", "Vim"]
        assert [each.revision for each in reading.changes(1, 9)] == [2, 3, 4]
        assert [sink.name for sink in reading.sinks()] == ["sink"]
    with store.write() as writing:
        assert writing.answers([answer.key]) == {answer.key: answer}
