"""The schema of a database: which one it has, and how it becomes the one that the code needs.

Each migration says in `serves_from` which schema the oldest servers know that may run
beside it; the database keeps what the newest one has said. So a server can tell of a
schema that it does not know whether it may serve it: the newer version's migrations come
first, its servers one by one after that.
"""

import io
from dataclasses import dataclass

from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, func, inspect, select

from grpc_server.database.errors import StoreUnsupported
from grpc_server.database.schema.tables import schema_support
from grpc_server.database.schema.version_table import VERSION_TABLE, Seal, note_of, version

TURN = 0x6974656D73
"""The number of the lock of who migrates, arbitrary: `items` in ASCII."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema: *title* says what it brings, in a line."""

    revision: str
    title: str
    serves_from: str


class Migrations:
    """The migrations that a version of the service knows, oldest first.

    *folders* hold more of them, as a newer version has: packages and folders, `PACKAGE:FOLDER`.
    """

    def __init__(self, *folders: str) -> None:
        places = ("grpc_server.database:migrations/versions", *folders)
        self._config = Config()
        self._config.set_main_option("script_location", "grpc_server.database:migrations")
        self._config.set_main_option("path_separator", "newline")
        self._config.set_main_option("version_locations", "\n".join(places))
        script = ScriptDirectory.from_config(self._config)
        self.all = tuple(map(_migration, reversed([*script.walk_revisions()])))

    @property
    def head(self) -> str:
        """The schema that the code is written for."""
        return self.all[-1].revision

    def knows(self, revision: str) -> bool:
        """Whether *revision* is one of them."""
        return any(each.revision == revision for each in self.all)

    def after(self, revision: str | None) -> tuple[Migration, ...]:
        """Those that a database at *revision* lacks: None is an empty one."""
        return tuple(each for each in self.all if revision is None or each.revision > revision)

    def apply(self, connection: Connection, revision: str = "head") -> None:
        """Bring the schema up to *revision*, in the caller's transaction."""
        self._config.attributes.update(connection=connection, dialect=connection.dialect.name)
        command.upgrade(self._config, revision)

    def statements(self, dialect: str, current: str | None) -> str:
        """Give the SQL that `apply` would send to a database at *current*, and send nothing."""
        self._config.attributes.update(connection=None, dialect=dialect)
        self._config.output_buffer = io.StringIO()
        command.upgrade(self._config, f"{current or 'base'}:head", sql=True)
        return self._config.output_buffer.getvalue()


def refuse_foreign(connection: Connection) -> None:
    """Raise StoreUnsupported if the database holds tables of somebody else, or a sealed store.

    Writes nothing, so that a mistaken URL does no harm.
    """
    tables = inspect(connection).get_table_names()
    if Seal.UNFINISHED.value in tables:
        raise StoreUnsupported(
            "the database is the unfinished copy of a store; items store copy finishes it"
        )
    if Seal.MOVED.value in tables:
        raise StoreUnsupported(
            f"the store was moved to {note_of(connection, Seal.MOVED)}; serve that one, finish it "
            "with items store copy, or take this one back with items store reopen"
        )
    if tables and VERSION_TABLE not in tables:
        raise StoreUnsupported(
            f"the database is not a store of items: it holds {_some(tables)}; name another one"
        )


def take_turns(connection: Connection) -> None:
    """Wait until no other process migrates the database, until the transaction ends.

    On SQLite, the transaction itself has the database alone.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(TURN)))


def current(connection: Connection) -> str | None:
    """Read which schema the database has; None if it is empty."""
    return version(connection)


def serves_from(connection: Connection) -> str:
    """Read which schema the oldest servers know that may run on that of the database."""
    return str(connection.execute(select(schema_support.c.serves_from)).scalar_one())


def refuse_unserved(connection: Connection, known: Migrations, url: str) -> None:
    """Raise StoreUnsupported if a server that knows *known* cannot serve the database.

    It can if the schema is the newest that it knows, or a newer one that admits it. The
    message says what to do; *url* is how the store is named in it.
    """
    found = current(connection)
    if found is None or found == known.head:
        return
    if known.knows(found):
        raise StoreUnsupported(
            f"the store has schema {found}, and this version of the service needs {known.head}; "
            f"make a backup, then run: items migrate apply --store {url}"
        )
    if serves_from(connection) > known.head:
        raise StoreUnsupported(
            f"the store has schema {found}, which this version of the service does not know; "
            "run the version that wrote it, or a newer one"
        )


def _migration(script: Script) -> Migration:
    return Migration(
        revision=script.revision,
        title=script.doc.rstrip("."),
        serves_from=getattr(script.module, "serves_from", script.revision),
    )


def _some(tables: list[str]) -> str:
    shown = ", ".join(sorted(tables)[:3])
    return shown if len(tables) <= 3 else f"{shown} and {len(tables) - 3} more"  # noqa: PLR2004 - a list of three reads well
