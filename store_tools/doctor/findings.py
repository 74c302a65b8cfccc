"""The findings of an examination, and the snapshot that it examines."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from grpc_server.database.store import Head

MOST = 20
"""The most findings of one kind in a report: more of them say nothing more."""


@dataclass(frozen=True, slots=True)
class Patient:
    """One snapshot of a store, on *connection*, with its *head*, and the time *now*."""

    connection: Connection
    head: Head
    now: datetime

    @property
    def is_postgresql(self) -> bool:
        """True if the store is in a PostgreSQL, False if it is in an SQLite file."""
        return self.connection.dialect.name == "postgresql"


Look = Callable[[Patient], Iterator[str]]
"""A check of one part of a store; it yields a line for each thing that is wrong."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    With *is_damage*, the store does not hold what was written to it; otherwise something around
    it is wrong, such as a clock.
    """

    about: str
    text: str
    is_damage: bool

    def __str__(self) -> str:
        return f"{self.about}: {self.text}"


@dataclass(frozen=True, slots=True)
class Report:
    """The findings, and the counts of what was examined; None if it could not be counted."""

    store_id: str
    revision: int
    items: int | None
    changes: int | None
    findings: Sequence[Finding]
