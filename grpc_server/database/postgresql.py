"""The engines of a PostgreSQL database, and what keeps a call to it from hanging.

Any connection string of libpq is taken, with several hosts too: of these, writes go to
the one that takes them (https://www.postgresql.org/docs/current/libpq-connect.html).
"""

import time
from collections.abc import Mapping
from typing import Any, TypeVar

import psycopg
from psycopg import IsolationLevel, conninfo
from psycopg.abc import PQGen
from psycopg.errors import Diagnostic
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, NullPool, create_engine

from grpc_server.database.errors import StoreUnsupported

T = TypeVar("T")

PATIENCE_SECONDS = 10.0
"""How long a statement may take: an index answers in milliseconds, a scan in seconds."""

MINIMUM_VERSION = 140000
"""PostgreSQL 14, the oldest one that is still maintained."""

_CONNECTING = {
    "connect_timeout": "3",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
    "application_name": "item-service",
    "client_encoding": "utf8",
}
_WRITING = (
    "SET lock_timeout = '5s'",
    "SET statement_timeout = '8s'",
    "SET idle_in_transaction_session_timeout = '10s'",  # a frozen replica lets go of the head
    "SET synchronous_commit = {synchronous_commit}",
)
_GETTING = ("SET statement_timeout = '8s'",)
_READING = (*_GETTING, "SET plan_cache_mode = force_custom_plan")
"""Which index leads to few items depends on the values that a list is asked for."""
_WARNING = "01000"


class Unanswered(psycopg.OperationalError):
    """The database has not answered in time; the connection is given up."""


class Unreplicated(psycopg.OperationalError):
    """The commit is on the disk of the primary, and perhaps of no standby."""


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is closed when an answer takes longer than PATIENCE_SECONDS.

    The server breaks statements off before that; this is for one that is frozen, or
    gone without a word.
    """

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Wait as psycopg does, but not for ever; raises Unanswered."""
        start = time.monotonic()
        patience = PATIENCE_SECONDS if timeout is None else timeout
        try:
            return super().wait(gen, interval, patience)
        except psycopg.OperationalError as error:
            is_late = timeout is None and time.monotonic() - start >= PATIENCE_SECONDS
            if is_late and self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
                raise Unanswered(f"no answer within {PATIENCE_SECONDS:g} s") from error
            raise

    def commit(self) -> None:
        """Commit; raises Unreplicated, and is closed, if that is all that is known.

        A wait for a standby that is cancelled ends in a warning, and the commit in success.
        """
        warnings: list[str] = []

        def keep(notice: Diagnostic) -> None:
            if notice.sqlstate == _WARNING:
                warnings.append(str(notice.message_primary))

        self.add_notice_handler(keep)
        try:
            super().commit()
        finally:
            self.remove_notice_handler(keep)
        if warnings:
            self.close()
            raise Unreplicated(", ".join(warnings))


def connection_settings(url: str) -> Mapping[str, Any]:
    """Give the settings that *url* states, and ours where it states none.

    Raises StoreUnsupported if libpq cannot read it.
    """
    try:
        stated = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise StoreUnsupported(f"not a PostgreSQL URL: {str(error).strip()}") from error
    several = "," in str(stated.get("host", "")) + str(stated.get("hostaddr", ""))
    which = {"target_session_attrs": "read-write"} if several else {}
    return _CONNECTING | which | stated


def shown(settings: Mapping[str, Any]) -> str:
    """Say where a database is, without its password."""
    host = settings.get("host") or settings.get("hostaddr") or "localhost"
    port = settings.get("port", "5432")
    return f"postgresql://{host}:{port}/{settings.get('dbname', '')}"


def writing_engine(settings: Mapping[str, Any]) -> Engine:
    """Make the engine whose transactions write.

    Each sees what was committed before it takes the lock of the store's own row, hence
    READ COMMITTED: a snapshot from before the wait would be too old.
    """
    return _engine(settings, _WRITING, IsolationLevel.READ_COMMITTED)


def reading_engine(settings: Mapping[str, Any]) -> Engine:
    """Make the engine whose transactions are snapshots, and cannot write."""
    return _engine(settings, _READING, IsolationLevel.REPEATABLE_READ, read_only=True)


def getting_engine(settings: Mapping[str, Any]) -> Engine:
    """Make the engine for single statements, each of which is a snapshot of its own."""
    return _engine(settings, _GETTING, None, read_only=True)


def connect(settings: Mapping[str, Any]) -> PatientConnection:
    """Open a connection that commits each statement by itself."""
    return PatientConnection.connect(**settings, autocommit=True)


def _engine(
    settings: Mapping[str, Any],
    statements: tuple[str, ...],
    isolation: IsolationLevel | None,
    *,
    read_only: bool = False,
) -> Engine:
    """Make an engine; without *isolation*, each statement is a transaction of its own."""

    def opened() -> PatientConnection:
        connection = connect(settings)
        try:
            _prepare(connection, statements)
        except BaseException:
            connection.close()
            raise
        connection.read_only = read_only
        if isolation is not None:
            connection.autocommit = False
            connection.isolation_level = isolation
        return connection

    return create_engine("postgresql+psycopg://", creator=opened, poolclass=NullPool)


def _prepare(connection: PatientConnection, statements: tuple[str, ...]) -> None:
    if connection.info.server_version < MINIMUM_VERSION:
        raise StoreUnsupported("PostgreSQL 14 or newer is needed")
    durable = _synchronous_commit(connection)
    for statement in statements:
        connection.execute(statement.format(synchronous_commit=durable))


def _synchronous_commit(connection: PatientConnection) -> str:
    """Give what the database has, if that is enough to keep what was acknowledged."""
    (configured,) = connection.execute("SHOW synchronous_commit").fetchone() or ("",)
    return "remote_apply" if configured == "remote_apply" else "on"
