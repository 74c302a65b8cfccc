"""The copy: a store that holds what another one held up to some revision.

Its history, up to that revision, is that of the original; items and labels follow from the
history. Until the copy is finished it is sealed: no server opens it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, and_, bindparam, delete, insert, inspect, select, update

from grpc_server.database.dialects import among, texts
from grpc_server.database.driver_errors import driver_errors_translated
from grpc_server.database.errors import StoreUnsupported
from grpc_server.database.postgresql import timelines
from grpc_server.database.schema import timestamps, version_table
from grpc_server.database.schema.columns import item_of
from grpc_server.database.schema.migration import Migrations
from grpc_server.database.schema.tables import changes, items, store
from grpc_server.database.schema.version_table import Seal
from grpc_server.database.sql import compaction, read_transaction
from grpc_server.database.sql.item_rows import Version, project
from grpc_server.database.store import Head, StoredChange
from items.v1 import items_pb2 as pb
from store_tools.moving.rows import AT_ONCE, Row, key_of

T = TypeVar("T")

EXACT, COMPACTED_BEYOND = "exact", "compacted beyond"
"""The notes on the seal; the second if the original may have dropped history that is here."""

_ITEMS = select(items.c.id, items.c.payload).where(among(items.c.id, texts("ids")))
_WITH_HISTORY = select(changes.c.item_id).where(among(changes.c.item_id, texts("ids"))).distinct()
_DROP = delete(changes).where(
    changes.c.revision == bindparam("of_revision"), changes.c.ordinal == bindparam("of_ordinal")
)


class Copy:
    """An unfinished copy on a *connection* that writes alone; *head* is its own."""

    def __init__(self, connection: Connection, where: str, head: Head, note: str) -> None:
        self._connection = connection
        self._where = where
        self._note = note
        self.head = head

    @property
    def is_exact(self) -> bool:
        """True if the history holds nothing that the original has dropped."""
        return self._note == EXACT

    @classmethod
    def of(cls, original: Head, connection: Connection, where: str) -> "Copy":
        """Begin a copy in an empty database, or resume one of the same store.

        Raises:
            StoreUnsupported: the database is neither, or the original has been restored from a
                backup since: the copy may hold what is lost there.
        """
        with driver_errors_translated(where), connection.begin():
            if inspect(connection).get_table_names():
                _refuse_other(connection, original, where)
            else:
                _found(connection, original)
            copy = cls(connection, where, *_standing(connection))
        _refuse_unfit(copy.head, original, where)
        return copy

    def append(self, added: Sequence[StoredChange], original: Head) -> None:
        """Append the changes that follow; *original* is the head that they were read with.

        Without changes, the copy moves on to the revision of the original.

        Raises:
            StoreUnsupported: the original has been restored from a backup since.
        """
        _refuse_unfit(self.head, original, self._where)
        last = added[-1] if added else None
        revision = original.revision if last is None else last.revision
        with self._transaction():
            if added:
                self._add(added)
            self._follow_compaction(original)
            self._put_head(
                revision=revision,
                commit_time=_micros(original.commit_time) if last is None else last.commit_time,
                doubted_since=_micros(original.doubted_since),
                lost_revisions=json.dumps(original.lost, separators=(",", ":")),
            )

    def drop(self, gone: Iterable[Row], original: Head) -> None:
        """Remove changes that the original does not keep: rows of revision, ordinal, item id.

        Afterwards the history is exact as of the head *original*.
        """
        for page in _pages(gone):
            with self._transaction():
                self._connection.execute(
                    _DROP, [{"of_revision": row[0], "of_ordinal": row[1]} for row in page]
                )
                self._remove_items({row[2] for row in page})
        with self._transaction():
            self._put_head(oldest_revision=original.oldest_revision)
            self._put_note(EXACT)

    def mirror(self, table: Table, differing: Iterable[tuple[Row | None, Row | None]]) -> None:
        """Make *table* hold the first of each pair of rows, and not the second."""
        key, names = key_of(table), table.columns.keys()
        key_names = [f"of_{column.name}" for column in table.primary_key]
        same = and_(*(column == bindparam(f"of_{column.name}") for column in table.primary_key))
        for page in _pages(differing):
            gone = [_values(key_names, key(row)) for _, row in page if row is not None]
            new = [_values(names, row) for row, _ in page if row is not None]
            with self._transaction():
                if gone:
                    self._connection.execute(delete(table).where(same), gone)
                if new:
                    self._connection.execute(insert(table), new)

    def check(self) -> None:
        """Raise StoreError if the database does not answer: another process may write by now."""
        with self._transaction():
            pass

    def finish(self) -> None:
        """Break the seal: the copy is a store from now on."""
        with driver_errors_translated(self._where), self._connection.begin():
            version_table.break_seal(self._connection, Seal.UNFINISHED)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with driver_errors_translated(self._where), self._connection.begin():
            yield
            standing = _standing(self._connection)
        self.head, self._note = standing

    def _add(self, added: Sequence[StoredChange]) -> None:
        versions = [Version(item_of(change.item), change.item) for change in added]
        self._connection.execute(insert(changes), list(map(_change_row, added, versions)))
        newest = {
            version.item.id: None if change.kind == pb.CHANGE_KIND_EXPIRED else version
            for change, version in zip(added, versions, strict=True)
        }
        project(self._connection, self._payloads(newest), newest)

    def _follow_compaction(self, original: Head) -> None:
        """Compact as the original has, if all that it has dropped is here."""
        oldest = original.oldest_revision
        if oldest == self.head.oldest_revision or not self.is_exact:
            return
        if oldest > self.head.revision + 1:
            self._put_note(COMPACTED_BEYOND)
            return
        for step in self._steps_to(oldest):
            compaction.compact(self._connection, *step)

    def _steps_to(self, oldest: int) -> Iterator[tuple[int, int]]:
        """Yield the steps from the oldest kept revision to *oldest*, of about AT_ONCE changes."""
        here = self.head.oldest_revision
        while here < oldest:
            found = compaction.oldest_changes(self._connection, here, AT_ONCE)
            full = len(found) == AT_ONCE
            there = min(oldest, max(found[-1].revision, here + 1)) if full else oldest
            yield here, there
            here = there

    def _remove_items(self, ids: Iterable[str]) -> None:
        """Remove the items among *ids* that have no version left: they have expired."""
        wanted = list(ids)
        kept = {row[0] for row in self._connection.execute(_WITH_HISTORY, {"ids": wanted})}
        gone = [item_id for item_id in wanted if item_id not in kept]
        project(self._connection, self._payloads(gone), dict.fromkeys(gone))

    def _payloads(self, ids: Iterable[str]) -> Mapping[str, bytes]:
        found = self._connection.execute(_ITEMS, {"ids": list(ids)})
        return {row.id: row.payload for row in found}

    def _put_head(self, **values: object) -> None:
        self._connection.execute(update(store).values(values))

    def _put_note(self, note: str) -> None:
        version_table.write_note(self._connection, Seal.UNFINISHED, note)


def _standing(connection: Connection) -> tuple[Head, str]:
    """Return the head of a copy, and the note on its seal."""
    return read_transaction.head(connection), version_table.note_of(connection, Seal.UNFINISHED)


def _found(connection: Connection, original: Head) -> None:
    """Create an empty store with the identity of the original, and seal it."""
    Migrations().apply(connection)
    identity = {
        "singleton": 1,
        "store_id": original.store_id,
        "revision": 0,
        "oldest_revision": original.oldest_revision,
        "token_key": original.token_key,
        "timeline": timelines.current(connection),
    }
    connection.execute(insert(store).values(identity))
    version_table.put_seal(connection, Seal.UNFINISHED, EXACT)


def _refuse_other(connection: Connection, original: Head, where: str) -> None:
    """Raise StoreUnsupported if the database is not an unfinished copy of this version."""
    seal = version_table.seal_of(connection)
    if seal is not Seal.UNFINISHED:
        raise StoreUnsupported(_taken(connection, original, where))
    if version_table.version(connection, seal) != Migrations().head:
        raise StoreUnsupported(
            f"{where} is a copy that another version began; remove it, and copy again"
        )


def _taken(connection: Connection, original: Head, where: str) -> str:
    if version_table.version(connection) == Migrations().head:
        head = read_transaction.head(connection)
        if head.store_id == original.store_id:
            return f"{where} has this store, at revision {head.revision}: nothing is left to copy"
    return f"{where} is not empty; name an empty database to copy to"


def _refuse_unfit(copied: Head, original: Head, where: str) -> None:
    """Raise StoreUnsupported if *copied* is not a past state of the *original*."""
    if (copied.store_id, copied.token_key) != (original.store_id, original.token_key):
        raise StoreUnsupported(f"{where} is an unfinished copy of another store, {copied.store_id}")
    went_back = (
        copied.revision > original.revision or copied.oldest_revision > original.oldest_revision
    )
    unknown = [lost for lost in original.lost if lost not in copied.lost]
    if went_back or any(lost.first <= copied.revision for lost in unknown):
        raise StoreUnsupported(
            f"{where} holds what the store has lost in a restore since; remove it, and copy again"
        )


def _micros(time: datetime | None) -> int | None:
    return None if time is None else timestamps.from_datetime(time)


def _change_row(change: StoredChange, version: Version) -> dict[str, object]:
    return {
        "revision": change.revision,
        "ordinal": change.ordinal,
        "item_id": version.item.id,
        "kind": change.kind,
        "commit_time": change.commit_time,
        "actor": change.actor,
        "request_id": change.request_id,
        "payload": change.item,
    }


def _values(names: Sequence[str], row: Row) -> dict[str, Any]:
    return dict(zip(names, row, strict=True))


def _pages(rows: Iterable[T]) -> Iterator[list[T]]:
    each = iter(rows)
    while page := list(islice(each, AT_ONCE)):
        yield page
