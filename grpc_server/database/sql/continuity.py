"""The beginning of a write: whether the database is still the one that was written last.

A standby that is promoted may lack commits that were acknowledged, and a database that was
put back certainly does. Before anything is written there, the store steps over every
revision that the lost ones can have had (ADR 16).
"""

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection, update

from grpc_server.database.schema.tables import store
from grpc_server.database.sql import read_transaction, store_lock
from grpc_server.database.sql.skipped_revisions import leave_out
from grpc_server.database.sql.store_lock import Turn


def begin(connection: Connection, seen: int) -> Turn:
    """Take the turn, and step over what a failover has lost; *seen* was committed once."""
    taken = store_lock.take(connection)
    if _is_another(taken) or taken.head.revision < seen:
        leave_out(connection, taken.time or datetime.now(UTC), beyond=seen)
        return replace(taken, head=read_transaction.head(connection))
    if taken.timeline != taken.head.timeline:
        connection.execute(update(store).values(timeline=taken.timeline))
    return taken


def _is_another(taken: Turn) -> bool:
    known = taken.head.timeline is not None and taken.timeline is not None
    return known and taken.timeline != taken.head.timeline
