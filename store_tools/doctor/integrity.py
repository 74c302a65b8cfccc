"""The database's own check: pages, indexes, constraints."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from store_tools.doctor.findings import MOST, Patient

_INDEXES = text(
    "SELECT i.indexrelid::regclass::text, i.indexrelid FROM pg_index i"
    " JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam"
    " WHERE c.relnamespace = current_schema()::regnamespace AND a.amname = 'btree' ORDER BY 1"
)
_HAS_AMCHECK = text(
    "SELECT 1 FROM pg_proc WHERE proname = 'bt_index_check' AND pronargs = 2"
    " AND has_function_privilege(oid, 'EXECUTE')"
)
_CHECK = text("SELECT bt_index_check(CAST(:index AS oid)::regclass, true)")


def look_at_integrity(patient: Patient) -> Iterator[str]:
    """Run `integrity_check` of SQLite, or `amcheck` of PostgreSQL if the role may use it."""
    if patient.is_postgresql:
        yield from _amcheck(patient)
        return
    found = patient.connection.exec_driver_sql(f"PRAGMA integrity_check({MOST})").scalars().all()
    yield from (str(line) for line in found if line != "ok")


def _amcheck(patient: Patient) -> Iterator[str]:
    """Check each index of the store, and that it has all rows of its table."""
    if patient.connection.execute(_HAS_AMCHECK).scalar() is None:
        return
    for name, oid in patient.connection.execute(_INDEXES).all():
        try:
            with patient.connection.begin_nested():
                patient.connection.execute(_CHECK, {"index": oid})
        except DBAPIError as error:
            yield f"index {name}: {str(error.orig).splitlines()[0]}"
