"""What a store needs to know when it goes on from an earlier moment.

What was written after that moment is lost, but not forgotten: clients have etags and
cursors of it, relays leases, brokers events. So that nothing of the lost future is taken
for something of the new one, no revision is given twice.
"""

import json
import secrets
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import Connection, delete, update

from grpc_server.database import reading, sink_rows
from grpc_server.database.schema import parked_events, sinks, store
from grpc_server.database.store import Head, LostRevisions
from items.v1 import sinks_pb2

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LEAST = 1_000_000
_MICROSECOND = timedelta(microseconds=1)


def leave_out(connection: Connection, now: datetime) -> LostRevisions:
    """Let the store go on beyond all revisions that it can have had, and end every lease.

    A store writes fewer revisions than one in a microsecond: as many as there are
    microseconds since its last commit, until *now*, are left out. That holds as well for
    the second restore of one backup.
    """
    head = reading.head(connection, lock=True)
    lost = LostRevisions(head.revision + 1, head.revision + _possible(head, now))
    connection.execute(
        update(store).values(
            revision=lost.last, lost_revisions=json.dumps([*head.lost, lost], separators=(",", ":"))
        )
    )
    for sink in sink_rows.sinks(connection):
        sink_rows.put(connection, _released(sink, head, lost, now))
    return lost


def become_another(connection: Connection) -> None:
    """Make a store of its own of the copy of another: with its own id and key, and no sinks.

    No relay then publishes what it writes to where the first one's changes go.
    """
    connection.execute(
        update(store).values(store_id=str(uuid4()), token_key=secrets.token_bytes(32))
    )
    connection.execute(delete(parked_events))
    connection.execute(delete(sinks))


def _possible(head: Head, now: datetime) -> int:
    return max((now - (head.commit_time or _EPOCH)) // _MICROSECOND, _LEAST)


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
