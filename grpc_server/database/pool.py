"""Connections that stay open, each lent to one thread at a time.

Opening one for each transaction would cost as much as the transaction does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, LifoQueue
from threading import Event

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from grpc_server.database.cancellation import Cancellation, cancellable
from grpc_server.database.errors import CommitUnknown, StoreInterrupted, StoreUnavailable

_PATIENCE_SECONDS = 5.0


class Connections:
    """As many connections of *engine* as *size* says; with one, transactions take turns."""

    def __init__(self, engine: Engine, size: int) -> None:
        self._engine = engine
        self._size = size
        self._open = True
        self._idle: LifoQueue[Connection] = LifoQueue()
        for _ in range(size):
            self._idle.put(engine.connect())

    @contextmanager
    def transaction(self, cancellation: Cancellation | None = None) -> Iterator[Connection]:
        """Lend a connection for one transaction: committed, or rolled back on an error.

        *cancellation* ends its statements. A connection that has broken, or whose
        transaction was cancelled, is replaced at its next transaction.
        """
        if not self._open:
            raise StoreUnavailable("the store is closed")
        connection = self._take()
        try:
            with _commit_told_apart() as committing, connection.begin():
                with cancellable(connection, cancellation):
                    yield connection
                committing.set()
        finally:
            if cancellation is not None and cancellation.is_set:
                connection.invalidate()  # PostgreSQL may carry the order out late, on another's
            self._idle.put(connection)

    def close(self) -> None:
        """Close each connection, waiting for those that are lent; once is enough."""
        if not self._open:
            return
        self._open = False
        for _ in range(self._size):
            self._take().close()
        self._engine.dispose()

    def _take(self) -> Connection:
        try:
            return self._idle.get(timeout=_PATIENCE_SECONDS)
        except Empty:
            raise StoreInterrupted("no connection to the database became free") from None


@contextmanager
def _commit_told_apart() -> Iterator[Event]:
    """Raise CommitUnknown if the connection breaks once the event is set."""
    committing = Event()
    try:
        yield committing
    except DBAPIError as error:
        if committing.is_set() and error.connection_invalidated:
            raise CommitUnknown(f"the connection broke during a commit: {error.orig}") from error
        raise
