"""The whole examination, on one snapshot, beside the servers."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Connection, Table, func, select

from grpc_server.database.driver_errors import driver_errors_translated
from grpc_server.database.errors import StoreCorrupt, StoreUnsupported
from grpc_server.database.schema import migration
from grpc_server.database.schema.migration import Migrations
from grpc_server.database.schema.tables import changes, items
from grpc_server.database.sql import read_transaction
from store_tools.access import beside
from store_tools.doctor.expiry import look_at_expiry
from store_tools.doctor.findings import MOST, Finding, Look, Patient, Report
from store_tools.doctor.history import (
    look_at_clock,
    look_at_compaction,
    look_at_revisions,
    look_at_versions,
)
from store_tools.doctor.identity import look_at_identity
from store_tools.doctor.integrity import look_at_integrity
from store_tools.doctor.items import look_at_columns, look_at_items
from store_tools.doctor.labels import look_at_labels
from store_tools.doctor.sinks import look_at_cursors, look_at_lost_sinks, look_at_parked_events
from store_tools.doctor.surroundings import look_at_file_mode, look_at_replication


class _Part(NamedTuple):
    about: str
    look: Look
    is_damage: bool = True


_PARTS = (
    _Part("integrity", look_at_integrity),
    _Part("identity", look_at_identity),
    _Part("revisions", look_at_revisions),
    _Part("versions", look_at_versions),
    _Part("compaction", look_at_compaction),
    _Part("items", look_at_items),
    _Part("columns", look_at_columns),
    _Part("labels", look_at_labels),
    _Part("cursors", look_at_cursors),
    _Part("parked events", look_at_parked_events),
    _Part("lost sinks", look_at_lost_sinks, is_damage=False),
    _Part("expiry", look_at_expiry, is_damage=False),
    _Part("clock", look_at_clock, is_damage=False),
    _Part("file mode", look_at_file_mode, is_damage=False),
    _Part("replication", look_at_replication, is_damage=False),
)


def examine_store(url: str, now: datetime) -> Report:
    """Examine the store at *url* in one snapshot, beside the servers that use it.

    Raises:
        StoreUnsupported: it is empty, no store, or one that this version does not serve.
        StoreError: it cannot be reached, or its own row cannot be read.
    """
    with beside(url) as database, database.snapshot() as connection:
        migration.refuse_foreign(connection)
        migration.refuse_unserved(connection, Migrations(), database.url)
        if migration.current(connection) is None:
            raise StoreUnsupported("the database is empty: no server has used it yet")
        return examine(connection, now)


def examine(connection: Connection, now: datetime) -> Report:
    """Examine everything in the snapshot of *connection*.

    Raises:
        StoreError: the store's own row cannot be read; without it, nothing can be examined.
    """
    patient = Patient(connection, read_transaction.head(connection), now)
    findings = [finding for part in _PARTS for finding in _findings(part, patient)]
    return Report(
        store_id=patient.head.store_id,
        revision=patient.head.revision,
        items=_count(patient, items),
        changes=_count(patient, changes),
        findings=findings,
    )


def _findings(part: _Part, patient: Patient) -> Iterator[Finding]:
    """Yield the findings of *part*; that it cannot be read is damage, whatever it is about."""
    texts: list[str] = []
    try:
        with driver_errors_translated("the database"), patient.connection.begin_nested():
            texts.extend(islice(part.look(patient), MOST + 1))
    except StoreCorrupt as error:
        yield Finding(part.about, str(error), is_damage=True)
    for text in texts[:MOST]:
        yield Finding(part.about, text, part.is_damage)
    if len(texts) > MOST:
        yield Finding(part.about, "there is more of this", part.is_damage)


def _count(patient: Patient, table: Table) -> int | None:
    """Return the number of rows of *table*; None if it cannot be read."""
    try:
        with driver_errors_translated("the database"), patient.connection.begin_nested():
            query = select(func.count()).select_from(table)
            return int(patient.connection.execute(query).scalar_one())
    except StoreCorrupt:
        return None
