"""Sinks and what is parked of them, as rows; state and store of a sink are not kept."""

from typing import Any, Literal

from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_

from grpc_server.database.schema import timestamps
from grpc_server.database.schema.columns import Row
from grpc_server.database.schema.tables import parked_events
from grpc_server.database.schema.tables import sinks as sinks_table
from items.v1 import sinks_pb2

_SINKS = select(sinks_table).order_by(sinks_table.c.name)
_SINK = select(sinks_table).where(sinks_table.c.name == bindparam("name"))
_ADD_SINK = insert(sinks_table)
_REMOVE_SINK = delete(sinks_table).where(sinks_table.c.name == bindparam("name"))

_place = tuple_(parked_events.c.revision, parked_events.c.ordinal)
_PARKED = (
    select(parked_events)
    .where(
        parked_events.c.sink == bindparam("name"),
        _place < tuple_(bindparam("revision"), bindparam("ordinal")),
    )
    .order_by(parked_events.c.revision.desc(), parked_events.c.ordinal.desc())
    .limit(bindparam("limit"))
)
_ADD_PARKED = insert(parked_events)
_REMOVE_PARKED = delete(parked_events).where(
    parked_events.c.sink == bindparam("name"),
    parked_events.c.revision == bindparam("revision"),
    parked_events.c.ordinal == bindparam("ordinal"),
)
_REMOVE_PARKED_AFTER = delete(parked_events).where(
    parked_events.c.sink == bindparam("name"), parked_events.c.revision > bindparam("after")
)
_BEYOND = (2**63 - 1, 0)


def sinks(connection: Connection) -> list[sinks_pb2.Sink]:
    """Read all sinks, by name."""
    return [_sink(row) for row in connection.execute(_SINKS)]


def sink(connection: Connection, name: str) -> sinks_pb2.Sink | None:
    """Read one sink; None if there is none."""
    row = connection.execute(_SINK, {"name": name}).one_or_none()
    return None if row is None else _sink(row)


def put(connection: Connection, put_sink: sinks_pb2.Sink) -> None:
    """Write a sink, new or not."""
    connection.execute(_REMOVE_SINK, {"name": put_sink.name})
    connection.execute(_ADD_SINK, _row(put_sink))


def remove(connection: Connection, name: str) -> None:
    """Remove a sink and all that is parked of it."""
    connection.execute(_REMOVE_PARKED_AFTER, {"name": name, "after": 0})
    connection.execute(_REMOVE_SINK, {"name": name})


def parked(
    connection: Connection, name: str, before: tuple[int, int] | None, limit: int
) -> list[sinks_pb2.ParkedEvent]:
    """Read what is parked of a sink, newest first, with a place below *before*."""
    revision, ordinal = before or _BEYOND
    wanted = {"name": name, "revision": revision, "ordinal": ordinal, "limit": limit}
    return [_event(row) for row in connection.execute(_PARKED, wanted)]


def park(connection: Connection, name: str, event: sinks_pb2.ParkedEvent) -> bool:
    """Keep an event, in place of one of the same change; True if there was none."""
    place = {"revision": event.revision, "ordinal": event.ordinal}
    replaced = connection.execute(_REMOVE_PARKED, {"name": name, **place}).rowcount
    time = timestamps.from_timestamp(event.park_time)
    row = {"sink": name, **place, "why": event.why, "park_time": time}
    connection.execute(_ADD_PARKED, row)
    return not replaced


def unpark(connection: Connection, name: str, after: int) -> int:
    """Remove what is parked after the revision *after*; tells how much."""
    return connection.execute(_REMOVE_PARKED_AFTER, {"name": name, "after": after}).rowcount


def _row(put_sink: sinks_pb2.Sink) -> Row:
    return {
        "name": put_sink.name,
        "revision": put_sink.revision,
        "epoch": put_sink.epoch,
        "holder": put_sink.holder,
        "lease_expire_time": _micros(put_sink, "lease_expire_time"),
        "advance_time": _micros(put_sink, "advance_time"),
        "parked_count": put_sink.parked_count,
        "last_error": put_sink.last_error,
    }


def _micros(of: sinks_pb2.Sink, name: Literal["lease_expire_time", "advance_time"]) -> int | None:
    return timestamps.from_timestamp(getattr(of, name)) if of.HasField(name) else None


def _sink(row: Any) -> sinks_pb2.Sink:
    return sinks_pb2.Sink(
        name=row.name,
        revision=row.revision,
        epoch=row.epoch,
        holder=row.holder,
        lease_expire_time=_timestamp(row.lease_expire_time),
        advance_time=_timestamp(row.advance_time),
        parked_count=row.parked_count,
        last_error=row.last_error,
    )


def _event(row: Any) -> sinks_pb2.ParkedEvent:
    return sinks_pb2.ParkedEvent(
        revision=row.revision,
        ordinal=row.ordinal,
        why=row.why,
        park_time=_timestamp(row.park_time),
    )


def _timestamp(micros: int | None) -> Timestamp | None:
    return None if micros is None else timestamps.to_timestamp(micros)
