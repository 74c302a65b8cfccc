"""The copy of a store that becomes another store."""

import secrets
from uuid import uuid4

from sqlalchemy import Connection, delete, update

from grpc_server.database.schema.tables import parked_events, sinks, store


def become_another(connection: Connection) -> None:
    """Give the copy of a store an id and a key of its own, and no sinks.

    No relay then publishes what it writes to where the first one's changes go.
    """
    connection.execute(
        update(store).values(store_id=str(uuid4()), token_key=secrets.token_bytes(32))
    )
    connection.execute(delete(parked_events))
    connection.execute(delete(sinks))
