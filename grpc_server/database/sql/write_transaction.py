"""One write transaction: what it reads first, and what it writes."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, bindparam, insert, select, update

from grpc_server.database.driver_errors import driver_errors_translated
from grpc_server.database.schema import timestamps
from grpc_server.database.schema.columns import Row, item_of
from grpc_server.database.schema.tables import changes, items, request_ids, store
from grpc_server.database.sql import (
    commit_outcome,
    compaction,
    continuity,
    read_transaction,
    sink_rows,
    stored_answers,
)
from grpc_server.database.sql.item_rows import Version, project
from grpc_server.database.store import (
    Change,
    ChangeTime,
    Commit,
    Head,
    RequestKey,
    StoredAnswer,
)
from items.v1 import items_pb2 as pb
from items.v1 import sinks_pb2

P = ParamSpec("P")
T = TypeVar("T")

_EXPIRED_ITEMS = (
    select(items.c.payload)
    .where(items.c.expire_time.is_not(None), items.c.expire_time <= bindparam("now"))
    .order_by(items.c.expire_time, items.c.id)
    .limit(bindparam("limit"))
)
_EXPIRED_ANSWERS = (
    select(request_ids.c.principal, request_ids.c.request_id)
    .where(request_ids.c.expire_time <= bindparam("now"))
    .order_by(request_ids.c.expire_time)
    .limit(bindparam("limit"))
)
_ADD_CHANGE = insert(changes)
_ADVANCE = update(store)
_TOUCH = update(store).values(revision=store.c.revision)


class SqlWriting:
    """One write transaction; see `Writing` for what each method promises.

    It begins with the lock of the store's own row, by which writers of all processes
    take turns; SQLite's transaction has the database alone anyway. Revisions that a
    failover has lost, up to the one that was *seen* at least, are stepped over first.
    """

    def __init__(self, connection: Connection, where: str, seen: int = 0) -> None:
        self._connection = connection
        self._where = where
        turn = continuity.begin(connection, seen)
        self.time = turn.time
        self._head = turn.head
        self._payloads: dict[str, bytes | None] = {}
        self._is_saved = False

    def head(self) -> Head:
        """Where the store stands before what this transaction saves."""
        return self._head

    def items(self, ids: Collection[str]) -> dict[str, pb.Item]:
        """The items that exist among *ids*."""
        self._payloads.update(dict.fromkeys(ids))
        found = {}
        for payload in read_transaction.payloads(self._connection, ids):
            item = item_of(payload)
            found[item.id] = item
            self._payloads[item.id] = payload
        return found

    def item_sizes(self, ids: Collection[str]) -> Mapping[str, int]:
        """How many bytes each of the items among *ids* has."""
        return read_transaction.sizes(self._connection, ids)

    def answer_sizes(self, keys: Collection[RequestKey]) -> Mapping[str, int]:
        """How many bytes the answers to each request id have."""
        return stored_answers.sizes(self._connection, keys)

    def answers(self, keys: Collection[RequestKey]) -> dict[RequestKey, StoredAnswer]:
        """The stored answers among *keys*, expired ones too."""
        return stored_answers.stored(self._connection, keys)

    def expired_items(self, now: datetime, limit: int) -> list[pb.Item]:
        """Soft-deleted items whose expire_time is not after *now*, oldest first."""
        wanted = {"now": timestamps.from_datetime(now), "limit": limit}
        rows = self._at_once(Connection.execute, _EXPIRED_ITEMS, wanted)
        return [item_of(row.payload) for row in rows]

    def expired_answers(self, now: datetime, limit: int) -> list[RequestKey]:
        """Keys of stored answers whose expire_time is not after *now*."""
        wanted = {"now": timestamps.from_datetime(now), "limit": limit}
        rows = self._at_once(Connection.execute, _EXPIRED_ANSWERS, wanted)
        return [RequestKey(row.principal, row.request_id) for row in rows]

    def save(self, commit: Commit) -> None:
        """Write *commit*.

        Raises ValueError, before anything is written, if its revisions do not
        continue those of the store, or if there was a commit before it.
        """
        if self._is_saved:
            raise ValueError("a transaction saves one commit at most")
        if commit.changes:
            _refuse_gaps(self.head().revision, commit.changes)
        self._is_saved = True
        if commit.changes:
            self._save_changes(commit.changes, self._doubted_since(commit))
        stored_answers.replace(self._connection, commit.answers, commit.forgotten)

    def sinks(self) -> list[sinks_pb2.Sink]:
        """All sinks, by name."""
        return self._at_once(sink_rows.sinks)

    def sink(self, name: str) -> sinks_pb2.Sink | None:
        """The sink as it was put; None if there is none."""
        return self._at_once(sink_rows.sink, name)

    def put_sink(self, sink: sinks_pb2.Sink) -> None:
        """Write a sink, new or not."""
        self._at_once(sink_rows.put, sink)

    def remove_sink(self, name: str) -> None:
        """Remove a sink and all that is parked of it."""
        self._at_once(sink_rows.remove, name)

    def park(self, name: str, event: sinks_pb2.ParkedEvent) -> bool:
        """Keep an event of a sink; True if there was none of the same change."""
        return self._at_once(sink_rows.park, name, event)

    def unpark(self, name: str, after: int) -> int:
        """Remove what is parked of a sink after the revision *after*."""
        return self._at_once(sink_rows.unpark, name, after)

    def touch(self) -> None:
        """Write something that changes nothing."""
        self._at_once(Connection.execute, _TOUCH)

    def holds(self, commit: Commit) -> bool:
        """Whether an earlier transaction has written *commit*."""
        return self._at_once(commit_outcome.holds, commit)

    def oldest_changes(self, limit: int) -> list[ChangeTime]:
        """The first changes from the oldest kept revision on."""
        return self._at_once(compaction.oldest_changes, self.head().oldest_revision, limit)

    def compact(self, oldest_revision: int) -> int:
        """Keep history from *oldest_revision* on only."""
        head = self.head()
        if not head.oldest_revision <= oldest_revision <= head.revision:
            raise ValueError(
                f"revision {oldest_revision} is not between {head.oldest_revision}, the oldest "
                f"one that is kept, and {head.revision}"
            )
        self._head = replace(head, oldest_revision=oldest_revision)
        return self._at_once(compaction.compact, head.oldest_revision, oldest_revision)

    def _at_once(
        self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do *act* while the transaction lasts, so that its errors must be translated here."""
        with driver_errors_translated(self._where):
            return act(self._connection, *args, **kwargs)

    def _doubted_since(self, commit: Commit) -> int | None:
        """The newest commit time from before the doubt that *commit* begins, or goes on with."""
        before = self._head.doubted_since or self._head.commit_time
        return timestamps.from_datetime(before) if commit.is_doubted and before else None

    def _save_changes(self, saved: Sequence[Change], doubted_since: int | None) -> None:
        versions = [Version(change.item, change.item.SerializeToString()) for change in saved]
        rows = [_change_row(*pair) for pair in zip(saved, versions, strict=True)]
        self._connection.execute(_ADD_CHANGE, rows)
        newest = {
            change.item.id: None if change.kind == pb.CHANGE_KIND_EXPIRED else version
            for change, version in zip(saved, versions, strict=True)
        }
        project(self._connection, self._existing(newest), newest)
        last = saved[-1]
        advanced = {
            "revision": last.revision,
            "commit_time": rows[-1]["commit_time"],
            "doubted_since": doubted_since,
        }
        self._connection.execute(_ADVANCE, advanced)

    def _existing(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Give the payloads of the items that exist among *ids*, most of them read before."""
        self.items([item_id for item_id in ids if item_id not in self._payloads])
        found = {item_id: self._payloads[item_id] for item_id in ids}
        return {item_id: payload for item_id, payload in found.items() if payload is not None}


def _refuse_gaps(head: int, saved: Sequence[Change]) -> None:
    last, ordinal = head, math.inf
    for change in saved:
        is_continued = change.revision == last and change.ordinal > ordinal
        if not is_continued and change.revision != last + 1:
            raise ValueError(f"revision {change.revision} does not follow {last}")
        last, ordinal = change.revision, change.ordinal


def _change_row(change: Change, version: Version) -> Row:
    return {
        "revision": change.revision,
        "ordinal": change.ordinal,
        "item_id": change.item.id,
        "kind": change.kind,
        "commit_time": timestamps.from_datetime(change.commit_time),
        "actor": change.actor,
        "request_id": change.request_id,
        "payload": version.payload,
    }
