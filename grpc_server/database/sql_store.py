"""The store on a database that SQLAlchemy reaches."""

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from grpc_server.database import reading
from grpc_server.database.connections import Connections
from grpc_server.database.failures import driver_errors_translated
from grpc_server.database.reading import SqlReading
from grpc_server.database.store import Bell, Reading, Snapshot, Writing
from grpc_server.database.writing import SqlWriting


@dataclass(frozen=True, slots=True)
class Roles:
    """The connections of a store: for single statements, for snapshots, and for writes."""

    getting: Connections
    reading: Connections
    writing: Connections


class SqlStore:
    """A store on one database; see `Store` for what each method promises."""

    def __init__(
        self, where: str, roles: Roles, parts: ExitStack, bell: Bell | None = None
    ) -> None:
        self.bell = bell
        self._where = where
        self._roles = roles
        self._parts = parts

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """Open a snapshot."""
        with driver_errors_translated(self._where), self._roles.reading.transaction() as connection:
            yield SqlReading(connection)

    def snapshot(self, ids: Collection[str]) -> Snapshot:
        """The items that exist among *ids*, in one statement."""
        with driver_errors_translated(self._where), self._roles.getting.transaction() as connection:
            return reading.snapshot(connection, ids)

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """Open a write transaction, when the one before has ended."""
        with driver_errors_translated(self._where), self._roles.writing.transaction() as connection:
            yield SqlWriting(connection, self._where)

    def close(self) -> None:
        """Release every connection, and the right to the file."""
        self._parts.close()
