"""Where a database says which schema it has, and that it may be served.

A store that must not be served is sealed: the table has another name then. Servers of
every version take what has no version table for a database of somebody else, and touch
nothing in it. One that was moved away may still have a server that looked before: it finds
no row of the store any more, without which nothing is read or written.
"""

from enum import Enum

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text

from grpc_server.database.schema.tables import store

VERSION_TABLE = "item_service_schema"
"""Its name tells that the database is ours."""


class Seal(Enum):
    """Why a store must not be served; the value is what its version table is called."""

    UNFINISHED = "item_service_unfinished_copy"
    MOVED = "item_service_moved_away"


moved_store = store.to_metadata(MetaData(), name="item_service_moved_store")
"""What the table of the store's row is called in a store that was moved away."""


def seal_of(connection: Connection) -> Seal | None:
    """Give the seal of the database; None if it has none, be it a store or not."""
    tables = inspect(connection).get_table_names()
    return next((seal for seal in Seal if seal.value in tables), None)


def put_seal(connection: Connection, seal: Seal, note: str) -> None:
    """Seal a store, in the caller's transaction; *note* is for who finds it sealed."""
    _rename(connection, VERSION_TABLE, seal.value)
    connection.execute(text(f"ALTER TABLE {seal.value} ADD COLUMN note TEXT"))
    write_note(connection, seal, note)
    if seal is Seal.MOVED:
        _rename(connection, store.name, moved_store.name)


def break_seal(connection: Connection, seal: Seal) -> None:
    """Let the store be served again, in the caller's transaction."""
    connection.execute(text(f"ALTER TABLE {seal.value} DROP COLUMN note"))
    _rename(connection, seal.value, VERSION_TABLE)
    if seal is Seal.MOVED:
        _rename(connection, moved_store.name, store.name)


def note_of(connection: Connection, seal: Seal) -> str:
    """Read the note on the seal."""
    return str(connection.execute(text(f"SELECT note FROM {seal.value}")).scalar_one())  # noqa: S608  # one of ours


def write_note(connection: Connection, seal: Seal, note: str) -> None:
    """Replace the note on the seal."""
    connection.execute(text(f"UPDATE {seal.value} SET note = :note"), {"note": note})  # noqa: S608  # one of ours


def version(connection: Connection, seal: Seal | None = None) -> str | None:
    """Read which schema the database has, sealed or not; None if it has none."""
    table = VERSION_TABLE if seal is None else seal.value
    context = MigrationContext.configure(connection, opts={"version_table": table})
    return context.get_current_revision()


def _rename(connection: Connection, table: str, name: str) -> None:
    connection.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))
