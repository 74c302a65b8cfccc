"""Whether a commit was written: what an interrupted transaction has left behind."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from grpc_server.database import timestamps
from grpc_server.database.dialects import among, texts
from grpc_server.database.projection import item_of
from grpc_server.database.schema import changes, request_ids
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
_ANSWERS = select(
    request_ids.c.principal,
    request_ids.c.request_id,
    request_ids.c.fingerprint,
    request_ids.c.answer,
    request_ids.c.expire_time,
).where(among(request_ids.c.request_id, texts("request_ids")))


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
    if not sought:
        return True
    wanted = {"request_ids": [answer.key.request_id for answer in sought]}
    found = set(map(tuple, connection.execute(_ANSWERS, wanted)))
    return found >= {
        (
            answer.key.principal,
            answer.key.request_id,
            answer.fingerprint,
            answer.answer,
            timestamps.from_datetime(answer.expire_time),
        )
        for answer in sought
    }
