"""Who is connected to the database of a store: on PostgreSQL, anybody may be."""

import time

from sqlalchemy import Connection, func, select, text

from grpc_server.database.errors import StoreLocked

PATIENCE_SECONDS = 2.0
"""How long the sessions of a server that has just ended may still be shown."""

_PAUSE_SECONDS = 0.05
_FORGET = select(func.pg_stat_clear_snapshot())
_SERVERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND (application_name = 'item-service' OR application_name LIKE 'item-service %')"
)


def refuse_sessions(connection: Connection) -> None:
    """Raise StoreLocked if servers are connected to a PostgreSQL, with what they know of it."""
    if connection.dialect.name != "postgresql":
        return
    end = time.monotonic() + PATIENCE_SECONDS
    while count := _servers(connection):
        if time.monotonic() >= end:
            raise StoreLocked(f"servers have {count} connections to the store")
        time.sleep(_PAUSE_SECONDS)


def _servers(connection: Connection) -> int:
    """Count their sessions anew: within a transaction, the view stays as it was first read."""
    connection.execute(_FORGET)
    return int(connection.execute(_SERVERS).scalar_one())
