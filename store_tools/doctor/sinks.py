"""The sinks: cursors within the history, and parked events that are counted."""

from collections.abc import Iterator

from sqlalchemy import func, select

from grpc_server.database.schema.tables import parked_events, sinks
from grpc_server.database.store import Head
from store_tools.doctor.findings import Patient

_SINKS = select(sinks.c.name, sinks.c.revision, sinks.c.parked_count).order_by(sinks.c.name)
_PARKED = select(parked_events.c.sink, func.count(), func.max(parked_events.c.revision)).group_by(
    parked_events.c.sink
)


def look_at_cursors(patient: Patient) -> Iterator[str]:
    """Check that no sink is ahead of the store, or at a revision that a restore has left out."""
    for name, revision, _ in patient.connection.execute(_SINKS):
        if not 0 <= revision <= patient.head.revision:
            yield f"`{name}` is at revision {revision}, the store at {patient.head.revision}"
        elif _is_left_out(patient.head, revision):
            yield f"`{name}` is at revision {revision}, which a restore has left out; replay it"


def look_at_parked_events(patient: Patient) -> Iterator[str]:
    """Check that parked events belong to a sink, which counts them."""
    counts = {name: count for name, _, count in patient.connection.execute(_SINKS)}
    for sink, count, newest in patient.connection.execute(_PARKED):
        known = counts.pop(sink, None)
        if known is None:
            yield f"{count} events are parked of `{sink}`, which is no sink"
        elif known != count:
            yield f"`{sink}` counts {known} parked events, and has {count}"
        if newest > patient.head.revision:
            yield f"`{sink}`: revision {newest} is parked, the store is at {patient.head.revision}"
    for sink, known in counts.items():
        if known:
            yield f"`{sink}` counts {known} parked events, and has none"


def look_at_lost_sinks(patient: Patient) -> Iterator[str]:
    """Check that the next revision of each sink is still kept."""
    head = patient.head
    oldest = head.oldest_revision
    behind = _SINKS.where(sinks.c.revision + 1 < oldest)
    for name, revision, _ in patient.connection.execute(behind):
        if head.next_revision(revision) < oldest:
            at, kept = f"it is at revision {revision}", f"{oldest} is the oldest one kept"
            yield f"`{name}` is LOST: {at}, and {kept}"


def _is_left_out(head: Head, revision: int) -> bool:
    return any(lost.first <= revision < lost.last for lost in head.lost)
