"""The comparison of two stores, by what they hold at one revision."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, select

from grpc_server.database.errors import StoreUnsupported
from grpc_server.database.schema import timestamps, version_table
from grpc_server.database.schema.tables import changes, items, parked_events, request_ids, sinks
from grpc_server.database.schema.version_table import Seal
from grpc_server.database.sql import read_transaction
from grpc_server.database.store import Head
from items.v1 import items_pb2 as pb
from store_tools.moving import source_store
from store_tools.moving.copy import EXACT
from store_tools.moving.rows import Key, Row, in_order, rows, side_by_side

MOST = 3
"""The most differences of one kind that are named."""

_EXPIRED = int(pb.CHANGE_KIND_EXPIRED)


@dataclass(slots=True)
class Contents:
    """The rows of one kind in two stores: their count and digest on each side.

    *differing* has the first keys of rows that are not the same.
    """

    about: str
    counts: list[int] = field(default_factory=lambda: [0, 0])
    digests: list[str] = field(default_factory=lambda: ["", ""])
    differing: list[Key] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """True if both hold the same rows."""
        return self.digests[0] == self.digests[1]


@dataclass(frozen=True, slots=True)
class Side:
    """One of two stores: a snapshot of it, its head, and whether it is finished."""

    connection: Connection
    head: Head
    is_finished: bool

    @classmethod
    def of(cls, connection: Connection, where: str) -> "Side":
        """Return the side of a store, or of an unfinished copy whose history is exact.

        Raises:
            StoreUnsupported: it is neither.
        """
        seal = version_table.seal_of(connection)
        if seal is not Seal.UNFINISHED:
            return cls(connection, source_store.head_of(connection, where), is_finished=True)
        if version_table.note_of(connection, seal) != EXACT:
            raise StoreUnsupported(
                f"{where} still has to drop what the store has compacted; resume the copy first"
            )
        return cls(connection, read_transaction.head(connection), is_finished=False)


def compare(one: Side, other: Side, now: datetime) -> Iterator[Contents]:
    """Yield the comparisons of two stores at the newest revision of both; see `compared_at`.

    Rows without a revision are compared only if all of both can be; see `is_whole`.

    Raises:
        StoreUnsupported: one of them keeps no history from that revision on.
    """
    revision, oldest = compared_at(one, other)
    of_both = one.connection, other.connection
    yield _identity(one.head, other.head, revision)
    if one.head.oldest_revision == other.head.oldest_revision:
        yield _same("history", of_both, _history(revision), (0, 1))
    else:
        kept = _history(revision).where(changes.c.revision >= oldest)
        yield _same(f"history from revision {oldest:,} on", of_both, kept, (0, 1))
    at_revision = _items_at(of_both[0], revision), _items_at(of_both[1], revision)
    yield _compared("items", at_revision, (0,))
    if is_whole(one, other):
        yield _same("rows of items", of_both, _ITEMS, (0,))
        yield _same("request ids", of_both, _answers(now), (0, 1))
        yield _same("sinks", of_both, in_order(sinks), (0,))
        yield _same("parked events", of_both, in_order(parked_events), (0, 1, 2))


def is_whole(one: Side, other: Side) -> bool:
    """Return whether all of both can be compared: they are finished, and at the same revision."""
    return one.head.revision == other.head.revision and one.is_finished and other.is_finished


def compared_at(one: Side, other: Side) -> tuple[int, int]:
    """Return the revision at which the two can be compared, and the oldest that both keep.

    Raises:
        StoreUnsupported: there is none.
    """
    revision = min(one.head.revision, other.head.revision)
    oldest = max(one.head.oldest_revision, other.head.oldest_revision)
    if oldest > revision + 1:
        raise StoreUnsupported(
            f"one stands at revision {revision}, and the other keeps nothing before {oldest}"
        )
    return revision, oldest


_ITEMS = select(items.c.id, items.c.revision, items.c.payload).order_by(items.c.id)
_VERSIONS = select(changes.c.item_id, changes.c.kind, changes.c.payload).order_by(
    changes.c.item_id, changes.c.revision
)


def _history(revision: int) -> Select[Any]:
    return in_order(changes).where(changes.c.revision <= revision)


def _items_at(connection: Connection, revision: int) -> Iterator[Row]:
    """Yield the id and the payload of each item at *revision*, sorted by id."""
    versions = rows(connection, _VERSIONS.where(changes.c.revision <= revision))
    for item_id, each in groupby(versions, key=lambda row: row[0]):
        *_, (_, kind, payload) = each
        if kind != _EXPIRED:
            yield item_id, payload


def _answers(now: datetime) -> Select[Any]:
    """Select the answers that have not expired: the others may be swept at any time."""
    is_kept = request_ids.c.expire_time > timestamps.from_datetime(now)
    return in_order(request_ids).where(is_kept)


def _identity(one: Head, other: Head, revision: int) -> Contents:
    def of(head: Head) -> list[Row]:
        lost = tuple(tuple(each) for each in head.lost if each.last <= revision)
        time = head.commit_time if one.revision == other.revision else None
        return [
            ("commit time", str(time)),
            ("lost revisions", *lost),
            ("store id", head.store_id),
            ("token key", head.token_key),
        ]

    return _compared("identity", (of(one), of(other)), (0,))


def _same(
    about: str, of_both: tuple[Connection, Connection], query: Select[Any], key: tuple[int, ...]
) -> Contents:
    return _compared(about, (rows(of_both[0], query), rows(of_both[1], query)), key)


def _compared(
    about: str, sides: tuple[Iterable[Row], Iterable[Row]], key: tuple[int, ...]
) -> Contents:
    """Compare the rows of both sides, which are sorted by the columns *key*."""
    found = Contents(about)
    hashes = sha256(), sha256()
    for pair in side_by_side(*sides, lambda row: tuple(row[place] for place in key)):
        for place, row in enumerate(pair):
            if row is not None:
                found.counts[place] += 1
                hashes[place].update(_encoded(row))
        if pair[0] != pair[1] and len(found.differing) <= MOST:
            row = pair[0] or pair[1] or ()
            found.differing.append(tuple(row[place] for place in key))
    found.digests = [each.hexdigest() for each in hashes]
    return found


def _encoded(row: Row) -> bytes:
    """Return bytes that no other row has: each value with its type and length."""
    return b"".join(map(_encoded_value, row))


def _encoded_value(value: object) -> bytes:
    content = value if isinstance(value, bytes) else str(value).encode()
    return b"%b:%d:%b" % (type(value).__name__.encode(), len(content), content)
