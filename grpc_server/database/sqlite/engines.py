"""The engines of an SQLite file, and what it needs to keep what was acknowledged.

One connection writes, and does every checkpoint; a few others read. The log of
write-ahead frames lets them go on at once.
"""

from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2
from sqlalchemy import URL, Connection, Engine, Pool, QueuePool, create_engine, event

from grpc_server.database import wildcards
from grpc_server.database.errors import StoreUnsupported

_BUSY_SECONDS = 5.0
_STATEMENTS = 256
_WRITING = (
    "synchronous = FULL",
    "cache_size = -16000",
    "wal_autocheckpoint = 4000",
    "journal_size_limit = 67108864",
)
_GETTING = ("query_only = ON", "cache_size = -16000", "wal_autocheckpoint = 0")
_READING = ("query_only = ON", "cache_size = -2000", "wal_autocheckpoint = 0")


def refuse_unsafe_sqlite(version: tuple[int, ...] = dbapi2.sqlite_version_info) -> None:
    """Raise StoreUnsupported for an SQLite that can corrupt its log, or has none.

    From 3.7.0 to 3.51.2, a write and a checkpoint that two connections do at the
    same time can damage the database (https://sqlite.org/wal.html).
    """
    if version < (3, 51, 3):
        shown = ".".join(map(str, version))
        raise StoreUnsupported(f"SQLite {shown} can corrupt a database; 3.51.3 or newer is needed")


def writing_engine(path: Path) -> Engine:
    """Make the engine whose transactions write: each has the database alone."""
    return _engine(path, begin="BEGIN IMMEDIATE", pragmas=_WRITING)


def reading_engine(path: Path, poolclass: type[Pool] = QueuePool) -> Engine:
    """Make the engine whose transactions are snapshots, and cannot write."""
    return _engine(path, begin="BEGIN", pragmas=_READING, poolclass=poolclass)


def getting_engine(path: Path) -> Engine:
    """Make the engine for single statements, each of which is a snapshot of its own."""
    return _engine(path, begin="", pragmas=_GETTING)


def keep_log(engine: Engine) -> None:
    """Turn the write-ahead log on, for good.

    Raises StoreUnsupported if the file system does not allow it.
    """
    with engine.connect() as connection:
        mode = _raw(connection).execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StoreUnsupported(f"the file system allows no write-ahead log, only {mode!r}")


def log_of(path: Path) -> Path:
    """Give where the log of the database *path* is."""
    return path.with_name(path.name + "-wal")


def _engine(
    path: Path, *, begin: str, pragmas: tuple[str, ...], poolclass: type[Pool] = QueuePool
) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        module=dbapi2,
        poolclass=poolclass,
        connect_args={
            "timeout": _BUSY_SECONDS,
            "isolation_level": None,  # a transaction begins where *begin* is sent
            "check_same_thread": False,  # a connection is lent to one thread at a time
            "cached_statements": _STATEMENTS,
        },
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        wildcards.register(connection)

    if begin:

        @event.listens_for(engine, "begin")
        def begin_transaction(connection: Connection) -> None:
            _raw(connection).execute(begin)

    return engine


def _raw(connection: Connection) -> Any:
    return connection.connection.dbapi_connection
