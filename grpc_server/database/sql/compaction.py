"""Makes the history shorter, so that no read at a kept revision notices.

Before the oldest kept revision there is one version of an item at most: the one that
was valid then, which is also what the first kept change of the item follows. A change
that is kept no longer removes the version before it; one by which the item expired,
itself too. So a compaction costs what it drops, and never looks at the rest.
"""

from sqlalchemy import Connection, bindparam, delete, select, update

from grpc_server.database.schema import timestamps
from grpc_server.database.schema.tables import changes, store
from grpc_server.database.store import ChangeTime
from items.v1 import items_pb2 as pb

_OLDEST = (
    select(changes.c.revision, changes.c.commit_time)
    .where(changes.c.revision >= bindparam("oldest"))
    .order_by(changes.c.revision, changes.c.ordinal)
    .limit(bindparam("limit"))
)
_DROPPED = (
    select(changes.c.item_id, changes.c.revision, changes.c.kind)
    .where(changes.c.revision >= bindparam("oldest"), changes.c.revision < bindparam("floor"))
    .order_by(changes.c.revision, changes.c.ordinal)
)
_REMOVE = delete(changes).where(
    changes.c.item_id == bindparam("of_item"), changes.c.revision < bindparam("before")
)
_RAISE = update(store)


def oldest_changes(connection: Connection, oldest: int, limit: int) -> list[ChangeTime]:
    """Read when the first changes from the revision *oldest* on were made."""
    rows = connection.execute(_OLDEST, {"oldest": oldest, "limit": limit})
    return [ChangeTime(row.revision, timestamps.to_datetime(row.commit_time)) for row in rows]


def compact(connection: Connection, oldest: int, floor: int) -> int:
    """Keep history from *floor* on, where it was kept from *oldest* on; tells what it removed."""
    kept_from: dict[str, int] = {}
    for row in connection.execute(_DROPPED, {"oldest": oldest, "floor": floor}):
        is_gone = row.kind == pb.CHANGE_KIND_EXPIRED
        kept_from[row.item_id] = row.revision + 1 if is_gone else row.revision
    removed = 0
    if kept_from:
        superseded = [{"of_item": item, "before": first} for item, first in kept_from.items()]
        removed = connection.execute(_REMOVE, superseded).rowcount
    connection.execute(_RAISE, {"oldest_revision": floor})
    return removed
