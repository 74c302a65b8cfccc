"""Migrations of a store: planned, applied, and checked against what this version serves."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, func, select, text

from grpc_server.database.driver_errors import driver_errors_translated
from grpc_server.database.errors import StoreInterrupted, StoreLocked, StoreUnsupported
from grpc_server.database.opening import found_store
from grpc_server.database.schema import migration
from grpc_server.database.schema.migration import Migration, Migrations
from store_tools.access import Database, beside, owned

LOCK_SECONDS = 1.0
"""The time that a migration waits for a lock at once, while others queue behind it."""

PATIENCE_SECONDS = 60.0
"""The time that a migration tries again, or waits for another one to end."""

PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Patience:
    """The time, in *seconds*, that a migration tries; *sleep* and *clock* are in seconds, too."""

    seconds: float = PATIENCE_SECONDS
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to whether this version serves a store, and the *reason*, a sentence."""

    is_served: bool
    reason: str


def planned(url: str) -> Sequence[Migration]:
    """Return the migrations that the store at *url* lacks, oldest first; change nothing.

    Raises:
        StoreUnsupported: it is no store, or one of a version that does not admit this one.
        StoreError: it cannot be reached.
    """
    with beside(url) as database, database.snapshot() as connection:
        return pending(connection, Migrations())


def planned_sql(url: str) -> str:
    """Return the SQL statements of the migrations that the store at *url* lacks.

    The text is empty if it lacks none. Raises what `planned` does.
    """
    known = Migrations()
    with beside(url) as database, database.snapshot() as connection:
        if not pending(connection, known):
            return ""
        return known.statements(connection.dialect.name, migration.current(connection))


def migrate(url: str, done: Callable[[Migration], None]) -> str | None:
    """Apply what the store at *url* lacks, and return its schema; *done* is told of each step.

    Raises:
        StoreLocked: a server uses the SQLite file, or another process migrates the store.
        StoreError: what `apply` raises, or the store cannot be reached.
    """
    with owned(url) as database:
        apply(database, Migrations(), done)
        with database.snapshot() as connection:
            return migration.current(connection)


def check(url: str) -> Verdict:
    """Return whether this version can serve the store at *url*, and why.

    Raises:
        StoreError: the store cannot be reached.
    """
    known = Migrations()
    with beside(url) as database, database.snapshot() as connection:
        try:
            migration.refuse_foreign(connection)
            migration.refuse_unserved(connection, known, database.url)
        except StoreUnsupported as refusal:
            return Verdict(is_served=False, reason=str(refusal))
        found = migration.current(connection)
    return Verdict(is_served=True, reason=_state(found, known.head))


def pending(connection: Connection, known: Migrations) -> Sequence[Migration]:
    """Return the migrations that the database lacks, oldest first.

    Raises:
        StoreUnsupported: it is no store, or one of a newer version that does not admit this one.
    """
    migration.refuse_foreign(connection)
    found = migration.current(connection)
    if found is None or known.knows(found):
        return known.after(found)
    migration.refuse_unserved(connection, known, "")
    return ()


def apply(
    database: Database,
    known: Migrations,
    done: Callable[[Migration], None],
    patience: Patience = Patience(),  # it is frozen
) -> None:
    """Apply the pending migrations, each in its own transaction; call *done* after each.

    On PostgreSQL, servers go on: a migration waits at most a second for a lock, and tries
    again. In an empty database the whole store is created at once.

    Raises:
        StoreUnsupported: it is no store, or one of a version that does not admit this one.
        StoreLocked: another process migrates it, and did not end in time.
        StoreInterrupted: others hold locks on its tables, and did not release them in time.
    """
    with database.engine.connect() as connection, alone(connection, patience):
        with connection.begin():
            steps = pending(connection, known)
            if steps == known.all:
                found_store(connection, known, database.url)
                return
        for step in steps:
            _persistently(connection, partial(_apply, connection, known, step), patience)
            done(step)


def _state(found: str | None, head: str) -> str:
    if found is None:
        return f"the database is empty; the first server makes schema {head} in it"
    if found == head:
        return f"the store has schema {found}"
    return f"the store has schema {found}, and admits servers that know {head}"


def _apply(connection: Connection, known: Migrations, step: Migration) -> None:
    with driver_errors_translated(f"migration {step.revision}"), connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS:g}s'"))
        known.apply(connection, step.revision)


def _persistently(connection: Connection, act: Callable[[], None], patience: Patience) -> None:
    """Retry *act* while others hold its locks, but not after the connection is lost.

    With the connection, the lock that keeps others from migrating would be lost too.
    """
    end = patience.clock() + patience.seconds
    while True:
        try:
            return act()
        except StoreInterrupted:
            if connection.invalidated or patience.clock() >= end:
                raise
        patience.sleep(PAUSE_SECONDS)


@contextmanager
def alone(
    connection: Connection,
    patience: Patience,
    otherwise: str = "another process migrates the store; try again when it has ended",
) -> Iterator[None]:
    """Keep others from changing the schema in the block; the owner of an SQLite file is alone.

    Raises:
        StoreLocked: another process changes it, and did not end in time; says *otherwise*.
    """
    if connection.dialect.name == "postgresql":
        end = patience.clock() + patience.seconds
        while not _takes_turn(connection):
            if patience.clock() >= end:
                raise StoreLocked(otherwise)
            patience.sleep(PAUSE_SECONDS)
    yield


def _takes_turn(connection: Connection) -> bool:
    """Take the lock of migrations until the connection ends; return False if it is taken."""
    with connection.begin():
        return bool(connection.execute(select(func.pg_try_advisory_lock(migration.TURN))).scalar())
