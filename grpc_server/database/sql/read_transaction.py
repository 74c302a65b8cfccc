"""Reads of one transaction, be it a snapshot or the one that writes."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, FromClause, Row, bindparam, case, func, null, select

from grpc_server.database.budget import Bounded, begun
from grpc_server.database.dialects import Sql, among, texts
from grpc_server.database.postgresql import timelines
from grpc_server.database.queries.item_pages import read_page
from grpc_server.database.query import ItemQuery
from grpc_server.database.schema import timestamps
from grpc_server.database.schema.columns import item_of
from grpc_server.database.schema.tables import changes, items, store
from grpc_server.database.sql import sink_rows
from grpc_server.database.store import (
    CHANGES_BYTES,
    UNBOUNDED,
    Head,
    LostRevisions,
    Page,
    StoredChange,
)
from items.v1 import items_pb2 as pb
from items.v1 import sinks_pb2

_HEAD = select(store)
_ITEMS = select(items.c.payload).where(among(items.c.id, texts("ids")))
_SIZES = select(items.c.id, func.length(items.c.payload).label("size")).where(
    among(items.c.id, texts("ids"))
)
_ITEM_AT = (
    select(changes.c.kind, changes.c.payload)
    .where(changes.c.item_id == bindparam("item_id"), changes.c.revision <= bindparam("revision"))
    .order_by(changes.c.revision.desc())
    .limit(1)
)
_REVISIONS = (
    select(
        changes.c.revision,
        changes.c.kind,
        changes.c.commit_time,
        changes.c.actor,
        changes.c.request_id,
        changes.c.payload,
    )
    .where(changes.c.item_id == bindparam("item_id"), changes.c.revision < bindparam("before"))
    .order_by(changes.c.revision.desc())
    .limit(bindparam("limit"))
)
_before = changes.alias("before")
_PREVIOUS = (
    select(case((_before.c.kind != pb.CHANGE_KIND_EXPIRED, _before.c.payload)))
    .where(_before.c.item_id == changes.c.item_id, _before.c.revision < changes.c.revision)
    .order_by(_before.c.revision.desc())
    .limit(1)
    .scalar_subquery()
)
_LAST_OF_PAGE = (
    select(changes.c.revision)
    .where(changes.c.revision > bindparam("after"))
    .order_by(changes.c.revision, changes.c.ordinal)
    .limit(1)
    .offset(bindparam("limit"))
    .scalar_subquery()
)
_CHANGE = tuple(
    changes.c["payload" if name == "item" else name]
    for name in StoredChange._fields
    if name != "previous"
)
_CHANGES = (
    select(*_CHANGE, null().label("previous"))
    .where(
        changes.c.revision > bindparam("after"),
        changes.c.revision <= func.coalesce(_LAST_OF_PAGE, bindparam("newest")),
    )
    .order_by(changes.c.revision, changes.c.ordinal)
)
_CHANGES_WITH_PREVIOUS = _CHANGES.with_only_columns(*_CHANGE, _PREVIOUS.label("previous"))
_NEWEST = 2**63 - 1


def _by_revision(found: FromClause) -> list[Sql]:
    return [found.c.revision]


def _newest_first(found: FromClause) -> list[Sql]:
    return [found.c.revision.desc()]


_BOUNDED_REVISIONS = Bounded.of(_REVISIONS, _newest_first)
_BOUNDED_CHANGES = Bounded.of(_CHANGES, _by_revision, by="value")
_BOUNDED_CHANGES_WITH_PREVIOUS = Bounded.of(_CHANGES_WITH_PREVIOUS, _by_revision, by="value")


def head(connection: Connection) -> Head:
    """Read where the store stands."""
    return head_of(connection.execute(_HEAD).one())


def head_of(row: Row[Any]) -> Head:
    """Give what the store's own row says."""
    time, doubted_since = row.commit_time, row.doubted_since
    return Head(
        store_id=row.store_id,
        revision=row.revision,
        oldest_revision=row.oldest_revision,
        commit_time=None if time is None else timestamps.to_datetime(time),
        token_key=row.token_key,
        lost=tuple(LostRevisions(*each) for each in json.loads(row.lost_revisions)),
        timeline=row.timeline,
        doubted_since=None if doubted_since is None else timestamps.to_datetime(doubted_since),
    )


def payloads(connection: Connection, ids: Collection[str]) -> list[bytes]:
    """Read the payloads of the items that exist among *ids*, in any order."""
    if not ids:
        return []
    return [row[0] for row in connection.execute(_ITEMS, {"ids": ids})]


def sizes(connection: Connection, ids: Collection[str]) -> dict[str, int]:
    """Read how large the payloads are of the items that exist among *ids*."""
    return {row.id: row.size for row in connection.execute(_SIZES, {"ids": ids})}


class SqlReading:
    """One snapshot; see `Reading` for what each method promises."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def head(self) -> Head:
        """Where the snapshot stands."""
        return head(self._connection)

    def has_failed_over(self) -> bool:
        """Return whether the database was promoted since the store was last written."""
        return timelines.has_failed_over(self._connection)

    def items(self, ids: Collection[str]) -> dict[str, pb.Item]:
        """The items that exist among *ids*."""
        found = map(item_of, payloads(self._connection, ids))
        return {item.id: item for item in found}

    def item_at(self, item_id: str, revision: int) -> pb.Item | None:
        """The item as it was at *revision*."""
        last = {"item_id": item_id, "revision": revision}
        row = self._connection.execute(_ITEM_AT, last).one_or_none()
        if row is None or row.kind == pb.CHANGE_KIND_EXPIRED:
            return None
        return item_of(row.payload)

    def page(self, query: ItemQuery) -> Page:
        """The items that *query* asks for."""
        return read_page(self._connection, query)

    def changes(
        self,
        after: int,
        limit: int,
        *,
        with_previous: bool = True,
        max_bytes: int = CHANGES_BYTES,
    ) -> list[StoredChange]:
        """What was written after the revision *after*, in whole revisions."""
        wanted = {"after": after, "limit": limit, "newest": _NEWEST, "max_bytes": max_bytes}
        statement = _BOUNDED_CHANGES_WITH_PREVIOUS if with_previous else _BOUNDED_CHANGES
        found: list[StoredChange] = []
        size = 0
        with self._connection.execute(statement.on(self._connection), wanted) as rows:
            for change in map(StoredChange._make, rows):
                if size > max_bytes and change.revision != found[-1].revision:
                    break
                found.append(change)
                size += len(change.item) + len(change.previous or b"")
        return found

    def revisions(
        self, item_id: str, before: int | None, limit: int, max_bytes: int = UNBOUNDED
    ) -> list[pb.ItemRevision]:
        """Versions of one item, newest first."""
        wanted = {
            "item_id": item_id,
            "before": _NEWEST if before is None else before,
            "limit": limit,
            "max_bytes": max_bytes,
        }
        with self._connection.execute(_BOUNDED_REVISIONS.on(self._connection), wanted) as rows:
            return [_revision(row) for row in begun(rows, max_bytes)]

    def sinks(self) -> list[sinks_pb2.Sink]:
        """All sinks, by name."""
        return sink_rows.sinks(self._connection)

    def parked(
        self, name: str, before: tuple[int, int] | None, limit: int
    ) -> list[sinks_pb2.ParkedEvent]:
        """What is parked of a sink, newest first."""
        return sink_rows.parked(self._connection, name, before, limit)


def _revision(row: Any) -> pb.ItemRevision:
    return pb.ItemRevision(
        revision=row.revision,
        kind=row.kind,
        commit_time=timestamps.to_timestamp(row.commit_time),
        actor=row.actor,
        request_id=row.request_id,
        item=item_of(row.payload),
    )
