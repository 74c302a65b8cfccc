"""A copy of a store that becomes a store of its own."""

import secrets
from uuid import uuid4

from sqlalchemy import Connection, delete, update

from grpc_server.database.schema.tables import parked_events, sinks, store


def become_another(connection: Connection) -> None:
    """Set a new id and key for the copy of a store, and delete its sinks.

    Without sinks, no relay publishes its changes to the brokers of the first store.
    """
    connection.execute(
        update(store).values(store_id=str(uuid4()), token_key=secrets.token_bytes(32))
    )
    connection.execute(delete(parked_events))
    connection.execute(delete(sinks))
