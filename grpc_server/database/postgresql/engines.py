"""The engines of a PostgreSQL database, and what keeps a call to it from hanging.

Any connection string of libpq is taken, with several hosts too: of these, writes go to
the one that takes them (https://www.postgresql.org/docs/current/libpq-connect.html).
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg import IsolationLevel, conninfo
from psycopg.abc import PQGen
from psycopg.errors import Diagnostic
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, NullPool, create_engine

from grpc_server.database.errors import StoreUnsupported
from grpc_server.database.store import PATIENCE_SECONDS
from items_runtime.configuration.passwords import without_password

T = TypeVar("T")

SERVICE = "item-service"
"""How sessions of the service are named; what a URL names them comes after it."""

MINIMUM_VERSION = 140000
"""PostgreSQL 14, the oldest one that is still maintained."""

ENCODING = "UTF8"
"""In what a database keeps text: in others, some cannot be kept, or not be sorted."""

_CONNECTING = {
    "connect_timeout": "3",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
    "client_encoding": "utf8",
}
_TIMEOUT = "SET statement_timeout = {eighty_percent}"
_GETTING = (_TIMEOUT,)
_READING = (_TIMEOUT, "SET plan_cache_mode = force_custom_plan")
"""Which index leads to few items depends on the values that a list is asked for."""
_WRITING = (
    _TIMEOUT,
    "SET lock_timeout = {half}",
    "SET idle_in_transaction_session_timeout = {whole}",  # a frozen replica lets go of the head
    "SET synchronous_commit = {synchronous_commit}",
)
_WARNING = "01000"
_CANCEL_SECONDS = 1.0


class Unanswered(psycopg.OperationalError):
    """The database has not answered in time; the connection is given up."""


class Unreplicated(psycopg.OperationalError):
    """The commit is on the disk of the primary, and perhaps of no standby."""


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is closed when an answer takes longer than *patience* seconds.

    The server breaks statements off before that; this is for one that is frozen, or
    gone without a word.
    """

    patience = PATIENCE_SECONDS

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Wait as psycopg does, but not for ever; raises Unanswered."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        start = time.monotonic()
        try:
            return super().wait(gen, interval, self.patience)
        except psycopg.OperationalError as error:
            is_late = time.monotonic() - start >= self.patience
            if is_late and self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
                raise Unanswered(f"no answer within {self.patience:g} s") from error
            raise

    def interrupt(self) -> None:
        """Have the server cancel the statement that runs; blocks until the server has heard.

        That it cannot be reached is no error: the statement ends with its own timeout.
        """
        with suppress(psycopg.Error):
            self.cancel_safe(timeout=_CANCEL_SECONDS)

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


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """How the database is reached, by libpq's names, and how many seconds it has to answer."""

    libpq: Mapping[str, Any]
    patience: float

    @property
    def where(self) -> str:
        """Where the database is, without its password."""
        host = str(self.libpq.get("host") or self.libpq.get("hostaddr") or "localhost")
        if ":" in host:
            host = f"[{host}]"  # an address of IPv6
        port = self.libpq.get("port", "5432")
        user = f"{self.libpq['user']}@" if self.libpq.get("user") else ""
        return f"postgresql://{user}{host}:{port}/{self.libpq.get('dbname', '')}"


def connection_settings(
    url: str, patience: float = PATIENCE_SECONDS, *, wanted: str | None = None, name: str = SERVICE
) -> ConnectionSettings:
    """Give the settings that *url* states, and ours where it states none.

    *wanted* is which kind of server to take, as target_session_attrs has it: of several
    hosts the one that takes writes, otherwise any. *name* is what sessions are known by.

    Raises StoreUnsupported if libpq cannot read it.
    """
    try:
        stated = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        shown = without_password(url)
        raise StoreUnsupported(
            f"{shown!r} is not a PostgreSQL URL: {str(error).strip()}"
        ) from error
    several = "," in str(stated.get("host", "")) + str(stated.get("hostaddr", ""))
    which = wanted or ("read-write" if several else "any")
    named = f"{name} {stated.get('application_name', '')}".rstrip()
    ours = _CONNECTING | {"target_session_attrs": which}
    return ConnectionSettings(ours | stated | {"application_name": named}, patience)


def refuse_unfit(version: int, encoding: str | None) -> None:
    """Raise StoreUnsupported for a server that is too old, or a database not in UTF-8.

    *version* is a number as libpq gives it, 140000 for 14.0.
    """
    if version < MINIMUM_VERSION:
        shown = f"{version // 10000}.{version % 10000}"
        raise StoreUnsupported(f"PostgreSQL {shown} is too old; 14 or newer is needed")
    if encoding != ENCODING:
        raise StoreUnsupported(
            f"the database is in {encoding}, and one in {ENCODING} is needed: "
            f"CREATE DATABASE items ENCODING '{ENCODING}' TEMPLATE template0"
        )


def writing_engine(settings: ConnectionSettings) -> Engine:
    """Make the engine whose transactions write.

    Each sees what was committed before it takes the lock of the store's own row, hence
    READ COMMITTED: a snapshot from before the wait would be too old.
    """
    return _engine(settings, _WRITING, IsolationLevel.READ_COMMITTED)


def reading_engine(settings: ConnectionSettings) -> Engine:
    """Make the engine whose transactions are snapshots, and cannot write."""
    return _engine(settings, _READING, IsolationLevel.REPEATABLE_READ, read_only=True)


def getting_engine(settings: ConnectionSettings) -> Engine:
    """Make the engine for single statements, each of which is a snapshot of its own."""
    return _engine(settings, _GETTING, None, read_only=True)


def connect(settings: ConnectionSettings) -> PatientConnection:
    """Open a connection that commits each statement by itself."""
    connection = PatientConnection.connect(**settings.libpq, autocommit=True)
    connection.patience = settings.patience
    return connection


def _engine(
    settings: ConnectionSettings,
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
    refuse_unfit(
        connection.info.server_version, connection.info.parameter_status("server_encoding")
    )
    durable = _synchronous_commit(connection)
    whole = int(connection.patience * 1000)
    times = {"whole": whole, "eighty_percent": whole * 8 // 10, "half": whole // 2}
    for statement in statements:
        connection.execute(statement.format(synchronous_commit=durable, **times))


def _synchronous_commit(connection: PatientConnection) -> str:
    """Give what the database has, if that is enough to keep what was acknowledged."""
    (configured,) = connection.execute("SHOW synchronous_commit").fetchone() or ("",)
    return "remote_apply" if configured == "remote_apply" else "on"
