"""What an examination finds, and what it looks at."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from grpc_server.database.store import Head

MOST = 20
"""How many findings of one kind are told: more of them tell nothing more."""


@dataclass(frozen=True, slots=True)
class Patient:
    """One snapshot of a store, on *connection*; *head* is where it stands, *now* is now."""

    connection: Connection
    head: Head
    now: datetime

    @property
    def is_postgresql(self) -> bool:
        """Whether it is in a PostgreSQL; an SQLite file otherwise."""
        return self.connection.dialect.name == "postgresql"


Look = Callable[[Patient], Iterator[str]]
"""Looks at one thing, and says in a line each what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    With *is_damage*, the store is not what was written to it; otherwise something around
    it is amiss, such as a clock.
    """

    about: str
    text: str
    is_damage: bool

    def __str__(self) -> str:
        return f"{self.about}: {self.text}"


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, of how much; None is what could not be counted."""

    store_id: str
    revision: int
    items: int | None
    changes: int | None
    findings: Sequence[Finding]
