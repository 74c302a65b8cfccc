"""Whether a commit was written: what an interrupted transaction has left behind."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from grpc_server.database.schema import timestamps
from grpc_server.database.schema.columns import item_of
from grpc_server.database.schema.tables import changes
from grpc_server.database.sql import stored_answers
from grpc_server.database.store import Change, Commit, StoredAnswer

_CHANGES = (
    select(
        changes.c.revision,
        changes.c.ordinal,
        changes.c.kind,
        changes.c.commit_time,
        changes.c.actor,
        changes.c.request_id,
        changes.c.payload,
    )
    .where(changes.c.revision >= bindparam("first"), changes.c.revision <= bindparam("last"))
    .order_by(changes.c.revision, changes.c.ordinal)
)


def holds(connection: Connection, commit: Commit) -> bool:
    """Tell whether all of *commit* is there, and nothing else in its place.

    Another writer may have taken its revisions since. That one would have to write the
    same items at the same microsecond to be mistaken for it.
    """
    return _holds_changes(connection, commit.changes) and _holds_answers(connection, commit.answers)


def _holds_changes(connection: Connection, sought: Sequence[Change]) -> bool:
    if not sought:
        return True
    between = {"first": sought[0].revision, "last": sought[-1].revision}
    found = [(*row[:-1], item_of(row.payload)) for row in connection.execute(_CHANGES, between)]
    return found == [
        (
            change.revision,
            change.ordinal,
            change.kind,
            timestamps.from_datetime(change.commit_time),
            change.actor,
            change.request_id,
            change.item,
        )
        for change in sought
    ]


def _holds_answers(connection: Connection, sought: Sequence[StoredAnswer]) -> bool:
    found = stored_answers.stored(connection, [answer.key for answer in sought])
    return all(found.get(answer.key) == answer for answer in sought)
