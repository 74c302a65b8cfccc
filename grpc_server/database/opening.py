"""How a store is opened: whose it is, which schema it has, and its connections."""

import os
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy import Connection, Engine, insert

from grpc_server.database.driver_errors import driver_errors_translated
from grpc_server.database.errors import StoreUnsupported
from grpc_server.database.pool import Connections
from grpc_server.database.postgresql import replication, timelines
from grpc_server.database.schema import migration, tables
from grpc_server.database.schema.migration import Migrations
from grpc_server.database.sql.sql_store import Roles, SqlStore
from grpc_server.database.sqlite import engines
from grpc_server.database.sqlite.file_identity import presence
from grpc_server.database.sqlite.file_mode import advice, exposed
from grpc_server.database.sqlite.folder import require_folder
from grpc_server.database.sqlite.ownership import Ownership
from grpc_server.database.store import PATIENCE_SECONDS, Store
from grpc_server.database.store_url import is_postgresql, sqlite_path
from items_runtime.configuration.extras import install

RandomBytes = Callable[[int], bytes]

_log = structlog.get_logger(__name__)

EXTRA = f"the driver of PostgreSQL is not installed; run: {install('postgres')} ({{}})"


def open_store(
    url: str,
    *,
    readers: int = 6,
    patience: float = PATIENCE_SECONDS,
    notify: bool = True,
    random_bytes: RandomBytes = secrets.token_bytes,
) -> Store:
    """Open the store at *url*, making it in a database that is empty.

    *readers* snapshots can be read at a time. A database that is reached over a network has
    *patience* seconds to answer. On one that several processes share, they tell one another
    of commits, unless *notify* is false.

    Raises StoreUnsupported if *url* or what is there cannot be used, such as a schema that
    is too old or not known, StoreLocked if another process uses it, StoreCorrupt if it is
    damaged, StoreUnavailable if the database does not answer.
    """
    if is_postgresql(url):
        return _open_postgresql(url, readers, random_bytes, patience, notify=notify)
    return _open_sqlite(url, readers, random_bytes)


def _open_sqlite(url: str, readers: int, random_bytes: RandomBytes) -> Store:
    path = sqlite_path(url)
    engines.refuse_unsafe_sqlite()
    require_folder(path.parent)
    with ExitStack() as parts, driver_errors_translated(str(path)):
        _refuse_read_only(path)
        parts.callback(Ownership.of(path, creates=True).release)
        engine = engines.writing_engine(path)
        parts.callback(engine.dispose)
        _refuse_foreign(engine)
        engines.keep_log(engine)
        if exposed(path):
            _log.warning(advice(path))
        _prepare(engine, f"sqlite:///{path}", random_bytes)
        roles = Roles(
            writing=_connections(parts, engine, 1),
            reading=_connections(parts, engines.reading_engine(path), readers),
            getting=_connections(parts, engines.getting_engine(path), 1),
        )
        check = presence(path, engines.log_of(path))
        return SqlStore(str(path), roles, parts.pop_all(), check=check)


def _open_postgresql(
    url: str, readers: int, random_bytes: RandomBytes, patience: float, *, notify: bool
) -> Store:
    try:
        from grpc_server.database.postgresql import engines  # noqa: PLC0415  # an extra
        from grpc_server.database.postgresql.notifications import PostgresqlBell, SilentBell  # noqa: PLC0415
    except ImportError as error:
        raise StoreUnsupported(EXTRA.format(error)) from error
    settings = engines.connection_settings(url, patience)
    where = settings.where
    with ExitStack() as parts, driver_errors_translated(where):
        engine = engines.writing_engine(settings)
        _refuse_foreign(engine)
        _prepare(engine, where, random_bytes)
        _warn_of_standbys(engine)
        roles = Roles(
            writing=_connections(parts, engine, 1),
            reading=_connections(parts, engines.reading_engine(settings), readers),
            getting=_connections(parts, engines.getting_engine(settings), 1),
        )
        bell = PostgresqlBell(settings) if notify else SilentBell()
        parts.callback(bell.close)
        return SqlStore(where, roles, parts.pop_all(), bell)


def _connections(parts: ExitStack, engine: Engine, size: int) -> Connections:
    connections = Connections(engine, size)
    parts.callback(connections.close)
    return connections


def _refuse_read_only(path: Path) -> None:
    """Find out before SQLite does, which would open the file all the same."""
    try:
        os.close(os.open(path, os.O_RDWR))
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreUnsupported(f"{path} cannot be written: {error.strerror}") from error


def _refuse_foreign(engine: Engine) -> None:
    with engine.connect() as connection:
        migration.refuse_foreign(connection)


def _warn_of_standbys(engine: Engine) -> None:
    with engine.connect() as connection:
        if said := replication.unprotected(connection):
            _log.warning(said)


def _prepare(engine: Engine, url: str, random_bytes: RandomBytes) -> None:
    """See that the schema is one that is served here; make it, if there is nothing."""
    known = Migrations()
    with engine.begin() as connection:
        if _is_founded(connection, known, url):
            return
    with engine.begin() as connection:
        found_store(connection, known, url, random_bytes)


def found_store(
    connection: Connection,
    known: Migrations,
    url: str,
    random_bytes: RandomBytes = secrets.token_bytes,
) -> None:
    """Make a store in an empty database, unless another process has by now."""
    migration.take_turns(connection)
    if _is_founded(connection, known, url):
        return
    known.apply(connection)
    identify(connection, random_bytes)


def _is_founded(connection: Connection, known: Migrations, url: str) -> bool:
    migration.refuse_unserved(connection, known, url)
    return migration.current(connection) is not None


def identify(connection: Connection, random_bytes: RandomBytes = secrets.token_bytes) -> None:
    """Give a store that has none its identity."""
    identity = {
        "singleton": 1,
        "store_id": str(UUID(bytes=random_bytes(16), version=4)),
        "revision": 0,
        "oldest_revision": 1,
        "token_key": random_bytes(32),
        "timeline": timelines.current(connection),
    }
    connection.execute(insert(tables.store).values(identity))
