"""A PostgreSQL and its standbys, each a real server with a folder of its own."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from tests.postgresql import PostgresServer

PATIENCE = 30.0
"""Seconds until what is waited for must have happened, on a busy machine."""


@contextmanager
def primary() -> Iterator[PostgresServer]:
    """A running server, which may have standbys; it ends with the block."""
    with _folder("primary") as folder:
        server = PostgresServer.made(folder)
        try:
            yield server
        finally:
            end(server)


@contextmanager
def standby_of(server: PostgresServer, name: str = "standby") -> Iterator[PostgresServer]:
    """A standby that streams from *server*, to which it is known as *name*."""
    with _folder(name) as folder:
        standby = PostgresServer(folder)
        shutil.chown(folder, server.folder.owner(), server.folder.group())
        follow(standby, server, name)
        try:
            yield standby
        finally:
            end(standby)


def follow(standby: PostgresServer, server: PostgresServer, name: str) -> None:
    """Make *standby*, which does not run, anew as a copy that streams from *server*.

    Until it is one, it goes by another name: commits must not wait for a copy in the making.
    """
    shutil.rmtree(standby.data, ignore_errors=True)
    copy = ("--wal-method=stream", "--checkpoint=fast", "--write-recovery-conf", "--no-sync")
    standby.run("pg_basebackup", "-d", source(server, "a-copy"), "-D", standby.data, *copy)
    with Path(standby.data, "postgresql.auto.conf").open("a") as settings:
        settings.write(f"primary_conninfo = '{source(server, name)}'\n")
    standby.start()
    until(lambda: ask(server, _STREAMING, name) == "streaming")


def source(server: PostgresServer, name: str) -> str:
    """How a standby that is called *name* reaches *server*."""
    return f"host={server.folder} user=postgres application_name={name}"


def end(server: PostgresServer) -> None:
    """End the server, unless it has ended."""
    if server.is_running:
        server.stop()


def wait_for_standbys(server: PostgresServer, names: str) -> None:
    """From now on, commits on *server* wait for the standbys that *names* says."""
    configure(server, "synchronous_standby_names", names)


def configure(server: PostgresServer, name: str, value: str) -> None:
    """Change a setting of a running server; on return, it holds."""
    with _administrator(server) as connection:
        connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        connection.execute("SELECT pg_reload_conf()")
    until(lambda: ask(server, "SELECT setting FROM pg_settings WHERE name = %s", name) == value)


def promote(standby: PostgresServer) -> None:
    """Let the standby take writes from now on; on return, it does."""
    assert ask(standby, "SELECT pg_promote(true, 30)")


def pause_replay(standby: PostgresServer) -> None:
    """Let the standby receive, but not show, what happens from now on."""
    ask(standby, "SELECT pg_wal_replay_pause()")
    until(lambda: ask(standby, "SELECT pg_get_wal_replay_pause_state()") == "paused")


def resume_replay(standby: PostgresServer) -> None:
    """Let the standby go on."""
    ask(standby, "SELECT pg_wal_replay_resume()")


def children(process: int) -> Sequence[int]:
    """The processes that this one has started."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(child) for child in listed.split()]


@contextmanager
def frozen(server: PostgresServer) -> Iterator[None]:
    """Stop all processes of the server in the block, with their sockets open."""
    processes = [server.pid, *children(server.pid)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


@contextmanager
def locked(server: PostgresServer, table: str) -> Iterator[None]:
    """Let nobody read *table* there in the block."""
    with psycopg.connect(server.url) as connection:
        connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def waiting_for_standbys(server: PostgresServer) -> Sequence[int]:
    """The processes whose commits wait for a standby."""
    with _administrator(server) as connection:
        return [pid for (pid,) in connection.execute(_WAITING).fetchall()]


def ask(server: PostgresServer, query: str, *parameters: object) -> Any:
    """The one value that *query* gives."""
    with _administrator(server) as connection:
        row = connection.execute(query, parameters or None).fetchone()
    return row[0] if row else None


def until(holds: Callable[[], object], instead: Callable[[], str] = str) -> None:
    """Return when it holds; an AssertionError if it never does, which says what is *instead*."""
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends, f"it did not happen in time: {instead()}"
        time.sleep(0.01)


_STREAMING = "SELECT state FROM pg_stat_replication WHERE application_name = %s"
_WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


def _administrator(server: PostgresServer) -> psycopg.Connection[Any]:
    return psycopg.connect(server.url, autocommit=True)


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    """A folder that is reached by whoever PostgreSQL runs as."""
    folder = Path(tempfile.mkdtemp(prefix=f"items-{name}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
