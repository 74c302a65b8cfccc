"""The move: history page by page, then the rows without a revision, until nothing is left."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from threading import Event
from typing import Protocol

from sqlalchemy import Connection, Table, select

from grpc_server.database.errors import StoreInterrupted
from grpc_server.database.schema.tables import changes, parked_events, request_ids, sinks
from grpc_server.database.sql.read_transaction import SqlReading
from grpc_server.database.sqlite import engines
from grpc_server.database.sqlite.folder import require_folder
from grpc_server.database.store import Head
from grpc_server.database.store_url import is_postgresql, sqlite_path
from store_tools.access import Database, beside, named, owned
from store_tools.migration import Patience, alone
from store_tools.moving import source_store
from store_tools.moving.copy import Copy
from store_tools.moving.rows import Row, in_order, key_of, rows, side_by_side

PAGE = 5000
"""The changes of one transaction of the copy: about as many as a megabyte holds."""

POLL_SECONDS = 0.2
"""The time between two looks for news in the original."""

_MIRRORED = (request_ids, sinks, parked_events)
_MIRRORING_SHARE = 20
"""Rows without a revision are compared again after this many times the time that it took."""

_KEPT = select(changes.c.revision, changes.c.ordinal, changes.c.item_id).order_by(
    changes.c.revision, changes.c.ordinal
)

Told = Callable[[int], None]
"""A function that takes the number of changes that were copied."""


class Observer(Protocol):
    """The observer of a move."""

    def caught_up(self) -> None:
        """Note that the copy has reached the revision of the original."""

    def warn(self, text: str) -> None:
        """Note the warning *text*, or that its cause is gone."""


class Outage:
    """An outage of the original: an observer is told once that it begins, and once that it ends."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._is_noticed = False

    def notice(self, error: StoreInterrupted) -> None:
        """Note that the original has not answered."""
        if not self._is_noticed:
            self._observer.warn(f"{error}; trying again")
        self._is_noticed = True

    def end(self) -> None:
        """Note that the original has answered."""
        if self._is_noticed:
            self._observer.warn("it answers again")
        self._is_noticed = False


class Move:
    """A store *there*, and its unfinished *copy*, which is read *here* beside its writer.

    About *page* changes are copied in a transaction, or as many as a megabyte holds.
    """

    def __init__(self, there: Database, here: Database, copy: Copy, page: int) -> None:
        self.there = there
        self.here = here
        self._copy = copy
        self._page = page

    @property
    def head(self) -> Head:
        """The head of the copy."""
        return self._copy.head

    def left(self) -> int:
        """Return the number of changes that are still to be copied."""
        with self.there.snapshot() as connection:
            return source_store.changes_after(connection, self.head.revision)

    def catch_up(self, told: Told, ended: Event | None = None) -> None:
        """Copy the history up to the present revision of the original, or until *ended*."""
        goal = self._step(told).revision
        while self.head.revision < goal and not (ended and ended.is_set()):
            self._step(told)

    def follow(self, told: Told, observer: Observer, ended: Event) -> None:
        """Copy what is written, until *ended*.

        Raises:
            StoreError: the copy cannot be written, or the original cannot be copied.
        """
        due, outage = 0.0, Outage(observer)
        while not ended.is_set():
            self._copy.check()
            try:
                self.catch_up(told, ended)
                if time.monotonic() >= due:
                    due = self._mirror_all()
            except StoreInterrupted as error:
                self._copy.check()
                outage.notice(error)
            else:
                outage.end()
                observer.caught_up()
            ended.wait(POLL_SECONDS)

    def complete(self, told: Told) -> None:
        """Copy all that is left, and finish; no server writes to the original any more."""
        is_complete = False
        while not is_complete:
            self.catch_up(told)
            is_complete = self._settle()
        self._copy.finish()

    def _step(self, told: Told) -> Head:
        """Copy a page; return the head of the original."""
        with self.there.snapshot() as connection:
            head = source_store.head_of(connection, self.there.url)
            page = SqlReading(connection).changes(
                self.head.revision, self._page, with_previous=False
            )
        if page or self._is_behind(head):
            self._copy.append(page, head)
        if page:
            told(len(page))
        return head

    def _is_behind(self, head: Head) -> bool:
        """Return whether the copy lacks anything; compaction there may have to wait here."""
        return head.revision != self.head.revision or (self._copy.is_exact and head != self.head)

    def _settle(self) -> bool:
        """Make the rest equal, and drop what the original has.

        Return whether nothing has changed since.
        """
        with self.there.snapshot() as there:
            head = source_store.head_of(there, self.there.url)
            if not self._copy.is_exact:
                oldest = head.oldest_revision
                with self.here.snapshot() as here, closing(_dropped(there, here, oldest)) as gone:
                    self._copy.drop(gone, head)
            self._mirror(there)
        return head == self.head

    def _mirror_all(self) -> float:
        """Make the rows without a revision equal; return when to do it again."""
        start = time.monotonic()
        with self.there.snapshot() as there:
            self._mirror(there)
        return time.monotonic() + (time.monotonic() - start) * _MIRRORING_SHARE

    def _mirror(self, there: Connection) -> None:
        for table in _MIRRORED:
            with self.here.snapshot() as here, closing(_differing(there, here, table)) as pairs:
                self._copy.mirror(table, pairs)


@contextmanager
def moving(url: str, to_url: str, *, page: int = PAGE) -> Iterator[Move]:
    """Begin to move the store at *url* to the database at *to_url*, or resume it.

    Raises:
        StoreLocked: another process writes to that database.
        StoreUnsupported: one of them is not what it has to be.
        StoreError: one of them cannot be reached.
    """
    with ExitStack() as parts:
        there = parts.enter_context(beside(url))
        with there.snapshot() as connection:
            source_store.refuse_moved(connection, but_to=named(to_url))
            head = source_store.head_of(connection, there.url)
        _require_folder(to_url)
        written = parts.enter_context(owned(to_url, may_be_missing=True))
        source_store.refuse_same(there, written)
        connection = parts.enter_context(written.engine.connect())
        parts.enter_context(alone(connection, Patience(seconds=0), "another command copies to it"))
        copy = Copy.of(head, connection, written.url)
        if not is_postgresql(to_url):
            engines.keep_log(written.engine)
        yield Move(there, parts.enter_context(beside(to_url)), copy, page)


def _require_folder(url: str) -> None:
    if not is_postgresql(url):
        require_folder(sqlite_path(url).parent)


def _dropped(there: Connection, here: Connection, oldest: int) -> Generator[Row]:
    """Yield revision, ordinal and item of changes before *oldest* that are here and not there."""
    kept = _KEPT.where(changes.c.revision < oldest)
    for theirs, ours in side_by_side(rows(there, kept), rows(here, kept), lambda row: row[:2]):
        if theirs is None and ours is not None:
            yield ours


def _differing(
    there: Connection, here: Connection, table: Table
) -> Generator[tuple[Row | None, Row | None]]:
    sides = rows(there, in_order(table)), rows(here, in_order(table))
    for pair in side_by_side(*sides, key_of(table)):
        if pair[0] != pair[1]:
            yield pair
