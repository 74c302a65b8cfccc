"""The store on a database that SQLAlchemy reaches."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from grpc_server.database.connections import Connections
from grpc_server.database.failures import driver_errors_translated
from grpc_server.database.reading import SqlReading
from grpc_server.database.store import Reading, Writing
from grpc_server.database.writing import SqlWriting


class SqlStore:
    """A store on one database; see `Store` for what each method promises."""

    def __init__(
        self, where: str, *, readers: Connections, writer: Connections, parts: ExitStack
    ) -> None:
        self._where = where
        self._readers = readers
        self._writer = writer
        self._parts = parts

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """Open a snapshot."""
        with driver_errors_translated(self._where), self._readers.transaction() as connection:
            yield SqlReading(connection)

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """Open a write transaction, when the one before has ended."""
        with driver_errors_translated(self._where), self._writer.transaction() as connection:
            yield SqlWriting(connection, self._where)

    def close(self) -> None:
        """Release every connection, and the right to the file."""
        self._parts.close()
