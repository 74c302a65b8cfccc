"""The surroundings of a store: the mode of its file, and the standbys of its database."""

from collections.abc import Iterator
from pathlib import Path

from grpc_server.database.postgresql import replication, timelines
from grpc_server.database.sqlite.file_mode import advice, exposed
from store_tools.doctor.findings import Patient


def look_at_file_mode(patient: Patient) -> Iterator[str]:
    """Check that the file, which holds the key of page tokens, is not readable by everybody."""
    name = patient.connection.engine.url.database
    if not patient.is_postgresql and name and exposed(Path(name)):
        yield advice(Path(name))


def look_at_replication(patient: Patient) -> Iterator[str]:
    """Check that commits wait for a standby if there are any, and that no failover is pending."""
    if said := replication.unprotected(patient.connection):
        yield said
    if timelines.has_failed_over(patient.connection):
        yield (
            "the database was promoted since the store was written last: the next server to "
            "start, or to write, steps over the revisions that may be lost"
        )
