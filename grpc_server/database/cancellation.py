"""Cancellation: how one thread ends what another has the database do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from sqlalchemy import Connection

from grpc_server.database.errors import ReadCancelled


class Cancellation:
    """A switch for the statements of one read. Thread-safe; once set, it stays set."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._interrupt: Callable[[], None] | None = None
        self._is_set = False

    @property
    def is_set(self) -> bool:
        """Whether the read is not wanted any more."""
        return self._is_set

    def set(self) -> None:
        """Let no further transaction of the read begin. Never blocks."""
        self._is_set = True

    def interrupt(self) -> None:
        """End the statement that runs, if one does. May block for a second.

        One that begins just now may be missed: call it again until the read has ended.
        """
        self.set()
        with self._lock:
            if self._interrupt is not None:
                self._interrupt()

    @contextmanager
    def governing(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """End what runs in the block by *interrupt*, which is not called after it.

        Raises ReadCancelled if the read is not wanted any more.
        """
        if self._is_set:
            raise ReadCancelled("the read was cancelled before it began")
        self._govern_by(interrupt)
        try:
            yield
        finally:
            self._govern_by(None)

    def _govern_by(self, interrupt: Callable[[], None] | None) -> None:
        with self._lock:
            self._interrupt = interrupt


@contextmanager
def cancellable(connection: Connection, cancellation: Cancellation | None) -> Iterator[None]:
    """Let *cancellation* end the statements of *connection* in the block."""
    if cancellation is None:
        yield
        return
    with cancellation.governing(connection.connection.dbapi_connection.interrupt):  # type: ignore[union-attr]  # each of our drivers has it
        yield
