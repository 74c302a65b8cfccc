"""The history: every revision, once, with numbered changes, and payloads that match."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from grpc_server.database.errors import StoreCorrupt
from grpc_server.database.schema import timestamps
from grpc_server.database.schema.columns import item_of
from grpc_server.database.schema.tables import changes
from grpc_server.database.store import Head
from store_tools.doctor.findings import MOST, Patient

_AT_ONCE = 1000
_ALL = select(changes).order_by(changes.c.revision, changes.c.ordinal)
_TIMES = select(changes.c.revision, func.max(changes.c.commit_time)).group_by(changes.c.revision)


def look_at_revisions(patient: Patient) -> Iterator[str]:
    """Check that no kept revision is missing, and that the changes of each count from 0."""
    head = patient.head
    expected, last, ordinal = _written(head, head.oldest_revision), 0, 0
    counted = select(changes.c.revision, changes.c.ordinal).where(
        changes.c.revision >= head.oldest_revision
    )
    for row in _rows(patient, counted.order_by(changes.c.revision, changes.c.ordinal)):
        if row.revision != last:
            if row.revision != expected:
                yield _missing(expected, row.revision)
            last, ordinal, expected = row.revision, 0, _written(head, row.revision + 1)
        if row.ordinal != ordinal:
            yield f"revision {row.revision}: change {row.ordinal} stands where {ordinal} should"
        ordinal = row.ordinal + 1
    if expected != _written(head, head.revision + 1):
        yield f"the store is at revision {head.revision}, but its newest change is {last or 'none'}"


def look_at_versions(patient: Patient) -> Iterator[str]:
    """Check that the payload of each change is its item, in the version of its revision."""
    for row in _rows(patient, _ALL):
        try:
            item = item_of(row.payload)
        except StoreCorrupt as error:
            yield f"revision {row.revision}, change {row.ordinal}: {error}"
            continue
        if (item.id, item.revision) != (row.item_id, row.revision):
            yield (
                f"revision {row.revision}, change {row.ordinal}: it is about `{row.item_id}`, "
                f"but holds `{item.id}` of revision {item.revision}"
            )


def look_at_compaction(patient: Patient) -> Iterator[str]:
    """Check that, before the oldest kept revision, an item has one version at most."""
    several = (
        select(changes.c.item_id, func.count())
        .where(changes.c.revision < patient.head.oldest_revision)
        .group_by(changes.c.item_id)
        .having(func.count() > 1)
        .limit(MOST + 1)
    )
    for item_id, count in patient.connection.execute(several):
        yield (
            f"`{item_id}` has {count} versions before revision {patient.head.oldest_revision}, "
            "the oldest one that is kept"
        )


def look_at_clock(patient: Patient) -> Iterator[str]:
    """Check that time went on from each revision to the next, and has not passed *now*."""
    last, before = None, 0
    for revision, time in _rows(patient, _TIMES.order_by(changes.c.revision)):
        if last is not None and time < last:
            yield (
                f"revision {revision} was committed at {_shown(time)}, before revision {before} "
                f"at {_shown(last)}: the clock went back"
            )
        last, before = time, revision
    head = patient.head
    if last is not None and before == head.revision and head.commit_time is not None:
        yield from _check_head(head, patient, last)


def _check_head(head: Head, patient: Patient, last: int) -> Iterator[str]:
    time = head.commit_time
    if time is None or timestamps.from_datetime(time) != last:
        found = _shown(last)
        yield f"the store says that revision {head.revision} is of {time}, but it is of {found}"
    ahead = timestamps.to_datetime(last) - patient.now
    if ahead.total_seconds() > 300:  # noqa: PLR2004 - five minutes: no clock is that wrong by chance
        yield (
            f"revision {head.revision} was committed {ahead} after now: a clock was wrong; once "
            "it is right, a server goes on with the time of day within an hour of its start"
        )


def _rows(patient: Patient, query: Any) -> Iterator[Any]:
    with patient.connection.execute(query, execution_options={"yield_per": _AT_ONCE}) as rows:
        yield from rows


def _written(head: Head, revision: int) -> int:
    """Return the first revision from *revision* on that no restore has left out."""
    for lost in head.lost:
        if lost.first <= revision <= lost.last:
            return lost.last + 1
    return revision


def _missing(expected: int, found: int) -> str:
    if found < expected:
        return f"revision {found} stands where {expected} should"
    if found == expected + 1:
        return f"revision {expected} is missing"
    return f"revisions {expected} to {found - 1} are missing"


def _shown(micros: int) -> str:
    return timestamps.to_datetime(micros).isoformat()
