"""A writer's turn: the lock of the store's own row, and what the database says with it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from grpc_server.database.postgresql import timelines
from grpc_server.database.schema.tables import store
from grpc_server.database.sql.read_transaction import head_of
from grpc_server.database.store import Head

_TURN = select(store)
_TURN_ON_POSTGRESQL = select(
    store, func.clock_timestamp().label("time"), timelines.CURRENT.label("current_timeline")
).with_for_update()
"""One statement: what the lock protects, and when and where it was taken, in one round trip."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The head under the lock, the database's own clock, and its timeline; SQLite has neither."""

    head: Head
    time: datetime | None = None
    timeline: int | None = None


def take(connection: Connection) -> Turn:
    """Take the turn: nobody else writes until the transaction ends."""
    if connection.dialect.name != "postgresql":
        return Turn(head_of(connection.execute(_TURN).one()))
    row = connection.execute(_TURN_ON_POSTGRESQL).one()
    return Turn(head_of(row), row.time, row.current_timeline)
