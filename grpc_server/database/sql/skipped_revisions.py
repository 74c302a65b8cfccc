"""Revisions that are left out when a store goes on from an earlier moment.

What was written after that moment is lost, but not forgotten: clients have etags and
cursors of it, relays leases, brokers events. So that nothing of the lost future is taken
for something of the new one, no revision is given twice.
"""

import json
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import Connection, update

from grpc_server.database.schema.tables import store
from grpc_server.database.sql import sink_rows, store_lock
from grpc_server.database.store import Head, LostRevisions
from items.v1 import sinks_pb2

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MORE = 1_000_000
_MICROSECOND = timedelta(microseconds=1)


def leave_out(connection: Connection, now: datetime, *, beyond: int = 0) -> LostRevisions:
    """Let the store go on beyond all revisions that it can have had, and end every lease.

    A store writes fewer revisions than one in a microsecond: as many as there are
    microseconds since its last commit, until *now*, are left out, and a million more. That
    holds as well for the second restore of one backup, however soon: the first one went
    beyond the microseconds by that million, and no more. *beyond* is a revision that is
    known to have been given: a million more than that are left out, at least.
    """
    taken = store_lock.take(connection)
    head = taken.head
    last = max(head.revision + _possible(head, now), beyond + _MORE)
    lost = LostRevisions(head.revision + 1, last)
    connection.execute(
        update(store).values(
            revision=lost.last,
            lost_revisions=json.dumps([*head.lost, lost], separators=(",", ":")),
            timeline=taken.timeline,
        )
    )
    for sink in sink_rows.sinks(connection):
        sink_rows.put(connection, _released(sink, head, lost, now))
    return lost


def _possible(head: Head, now: datetime) -> int:
    return max((now - (head.commit_time or _EPOCH)) // _MICROSECOND, 0) + _MORE


def _released(
    sink: sinks_pb2.Sink, head: Head, lost: LostRevisions, now: datetime
) -> sinks_pb2.Sink:
    """The sink without a holder; one that had published all has nothing to publish now, too."""
    time = Timestamp()
    time.FromDatetime(now)
    released = sinks_pb2.Sink()
    released.CopyFrom(sink)
    released.epoch = max(sink.epoch + 1, time.ToMicroseconds())
    released.ClearField("holder")
    released.ClearField("lease_expire_time")
    if sink.revision == head.revision:
        released.revision = lost.last
    return released
