"""The store on a database that SQLAlchemy reaches."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from grpc_server.database.cancellation import Cancellation
from grpc_server.database.driver_errors import driver_errors_translated
from grpc_server.database.pool import Connections
from grpc_server.database.queries import items_by_id
from grpc_server.database.sql.read_transaction import SqlReading
from grpc_server.database.sql.write_transaction import SqlWriting
from grpc_server.database.sqlite.file_identity import Check
from grpc_server.database.store import UNBOUNDED, Bell, Reading, Snapshot, Writing


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
    def read(self, cancellation: Cancellation | None = None) -> Iterator[Reading]:
        """Open a snapshot."""
        with self._transaction(self._roles.reading, cancellation) as connection:
            yield SqlReading(connection)

    def snapshot(self, ids: Sequence[str], max_bytes: int = UNBOUNDED) -> Snapshot:
        """The items that exist among *ids*, in one statement."""
        with self._transaction(self._roles.getting) as connection:
            return items_by_id.snapshot(connection, ids, max_bytes)

    @contextmanager
    def write(self, seen: int = 0) -> Iterator[Writing]:
        """Open a write transaction, when the one before has ended."""
        with self._transaction(self._roles.writing) as connection:
            yield SqlWriting(connection, self._where, seen)

    def close(self) -> None:
        """Release every connection, and the right to the file."""
        self._parts.close()

    @contextmanager
    def _transaction(
        self, connections: Connections, cancellation: Cancellation | None = None
    ) -> Iterator[Connection]:
        self._check()
        with (
            driver_errors_translated(self._where),
            connections.transaction(cancellation) as connection,
        ):
            yield connection
