"""The store on a database that SQLAlchemy reaches."""

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from grpc_server.database import reading
from grpc_server.database.connections import Connections
from grpc_server.database.failures import driver_errors_translated
from grpc_server.database.presence import Check
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
        self,
        where: str,
        roles: Roles,
        parts: ExitStack,
        bell: Bell | None = None,
        check: Check = lambda: None,
    ) -> None:
        self.bell = bell
        self._where = where
        self._roles = roles
        self._parts = parts
        self._check = check

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """Open a snapshot."""
        with self._transaction(self._roles.reading) as connection:
            yield SqlReading(connection)

    def snapshot(self, ids: Collection[str]) -> Snapshot:
        """The items that exist among *ids*, in one statement."""
        with self._transaction(self._roles.getting) as connection:
            return reading.snapshot(connection, ids)

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """Open a write transaction, when the one before has ended."""
        with self._transaction(self._roles.writing) as connection:
            yield SqlWriting(connection, self._where)

    def close(self) -> None:
        """Release every connection, and the right to the file."""
        self._parts.close()

    @contextmanager
    def _transaction(self, connections: Connections) -> Iterator[Connection]:
        self._check()
        with driver_errors_translated(self._where), connections.transaction() as connection:
            yield connection
