"""Brings the schema of a database to the one this version of the service knows."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, inspect, select

from grpc_server.database.errors import StoreUnsupported

VERSION_TABLE = "item_service_schema"
"""Where a database says which schema it has; its name tells that it is ours."""

_TURN = 0x6974656D73
"""The number of the lock, arbitrary: `items` in ASCII."""


def refuse_foreign(connection: Connection) -> None:
    """Raise StoreUnsupported if the database holds tables of somebody else.

    Writes nothing, so that a mistaken URL does no harm.
    """
    tables = inspect(connection).get_table_names()
    if tables and VERSION_TABLE not in tables:
        raise StoreUnsupported(
            f"the database is not a store of items: it holds {_some(tables)}; name another one"
        )


def take_turns(connection: Connection) -> None:
    """Wait until no other process migrates the database, until the transaction ends.

    On SQLite, the transaction itself has the database alone.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_TURN)))


def upgrade(connection: Connection) -> None:
    """Apply the migrations that the database lacks, in the caller's transaction.

    Raises StoreUnsupported if its schema is newer than this version of the service.
    """
    config = Config()
    config.set_main_option("script_location", "grpc_server.database:migrations")
    script = ScriptDirectory.from_config(config)
    current = _current(connection)
    if current == script.get_current_head():
        return
    if current is not None and current not in {each.revision for each in script.walk_revisions()}:
        raise StoreUnsupported(
            f"the store has schema {current}, which this version of the service does not know; "
            "run the version that wrote it, or a newer one"
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _current(connection: Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


def _some(tables: list[str]) -> str:
    shown = ", ".join(sorted(tables)[:3])
    return shown if len(tables) <= 3 else f"{shown} and {len(tables) - 3} more"  # noqa: PLR2004 - a list of three reads well
