"""PostgreSQL's timelines: each promotion, and each recovery to a moment, begins a new one.

https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES
"""

from sqlalchemy import Connection, Integer, and_, case, func, literal_column, null, select

from grpc_server.database.schema.tables import store

CURRENT = case(
    (func.pg_is_in_recovery(), null()),
    else_=literal_column(
        "('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint", Integer
    ),
)
"""The timeline that the server writes on, as any role may read it; NULL on a standby.

It is the first eight digits of the name of a file of the log. The control file tells of
it only after the next checkpoint.
"""

_CURRENT = select(CURRENT)
_HAS_FAILED_OVER = select(func.coalesce(and_(store.c.timeline != CURRENT), False))


def current(connection: Connection) -> int | None:
    """Return the timeline that the database writes on; None on SQLite, and on a standby."""
    if connection.dialect.name != "postgresql":
        return None
    timeline: int | None = connection.execute(_CURRENT).scalar_one()
    return timeline


def has_failed_over(connection: Connection) -> bool:
    """Return whether the database was promoted since the store was last written."""
    if connection.dialect.name != "postgresql":
        return False
    return bool(connection.execute(_HAS_FAILED_OVER).scalar_one())
