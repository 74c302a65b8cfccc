"""The sessions of servers in the database of a store."""

import time

from sqlalchemy import Connection, func, select, text

from grpc_server.database.errors import StoreLocked

PATIENCE_SECONDS = 2.0
"""The time that the sessions of a server that has just ended may still be listed."""

_PAUSE_SECONDS = 0.05
_FORGET = select(func.pg_stat_clear_snapshot())
_SERVERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND (application_name = 'item-service' OR application_name LIKE 'item-service %')"
)


def refuse_sessions(connection: Connection) -> None:
    """Raise StoreLocked if servers are connected to a PostgreSQL; the message has their number."""
    if connection.dialect.name != "postgresql":
        return
    end = time.monotonic() + PATIENCE_SECONDS
    while count := _servers(connection):
        if time.monotonic() >= end:
            raise StoreLocked(f"servers have {count} connections to the store; stop them first")
        time.sleep(_PAUSE_SECONDS)


def _servers(connection: Connection) -> int:
    """Return the number of their sessions, read again: a transaction keeps its first view."""
    connection.execute(_FORGET)
    return int(connection.execute(_SERVERS).scalar_one())
