"""The store: the few transactions that the catalogue needs.

The comments here are the contract; `tests/grpc_server/database/` holds every dialect to it.
All methods block: they are called on dedicated threads, never on the event loop.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple, Protocol

from grpc_server.database.cancellation import Cancellation
from grpc_server.database.query import Cursor, ItemQuery
from items.v1 import items_pb2 as pb
from items.v1 import sinks_pb2

PATIENCE_SECONDS = 10.0
"""How long a statement may take: an index answers in milliseconds, a scan in seconds."""

UNBOUNDED = 2**63 - 1
"""As many bytes as there are."""


CHANGES_BYTES = 1024 * 1024
"""About how much of the history is read at once."""


class LostRevisions(NamedTuple):
    """Revisions left out by a restore or a failover: what was written there is lost.

    No change of the store has a revision from *first* to *last*; it went on from *last*,
    where it stood with nothing but what came before *first*.
    """

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Head:
    """Where the store stands: its newest revision and the oldest one it keeps.

    An empty store is at revision 0. *commit_time* is that of the newest revision.
    *timeline* is the timeline of PostgreSQL that the store was last written on, None on
    SQLite: a copy of the store in another database has another one. *doubted_since* is the
    newest commit time before those of a clock that is in doubt: None while none is.
    """

    store_id: str
    revision: int
    oldest_revision: int
    commit_time: datetime | None
    token_key: bytes
    lost: tuple[LostRevisions, ...] = ()
    timeline: int | None = field(default=None, compare=False)
    doubted_since: datetime | None = None

    def next_revision(self, revision: int) -> int:
        """Return the revision that comes after *revision*: lost ones are stepped over."""
        following = revision + 1
        for lost in sorted(self.lost, key=attrgetter("first")):
            if lost.first <= following <= lost.last:
                following = lost.last + 1
        return following

    def written_after(self, revision: int) -> int:
        """How many revisions were written after *revision*: those that are lost do not count."""
        left_out = (lost.last - max(lost.first - 1, revision) for lost in self.lost)
        return self.revision - revision - sum(count for count in left_out if count > 0)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Items by their id, as they were at one *revision* of the store.

    Items may exist, too, of the ids that are *left_out*: they were not read.
    """

    revision: int
    items: dict[str, pb.Item]
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Page:
    """Items, and where the next page starts: None if this is the last one.

    *size* is that of the items, in bytes as they are stored.
    """

    items: Sequence[pb.Item]
    next: Cursor | None
    size: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Whose request id it is: an id belongs to the principal that sent it."""

    principal: str
    request_id: str


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The first answer to a request id, and what the request was.

    *fingerprint* is a digest of the request, *answer* a serialized message.
    """

    key: RequestKey
    fingerprint: bytes
    answer: bytes
    expire_time: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One version of one item, as the history keeps it.

    *item* is the item after the change; for EXPIRED, the item that was removed.
    *previous* is the item before it: None if there was none. It is not stored: it is the
    version before in the history.
    """

    revision: int
    ordinal: int
    kind: pb.ChangeKind.ValueType
    commit_time: datetime
    actor: str
    request_id: str
    item: pb.Item
    previous: pb.Item | None = None


@dataclass(frozen=True, slots=True)
class ChangeTime:
    """When a change was committed, one of each in its revision."""

    revision: int
    commit_time: datetime


class StoredChange(NamedTuple):
    """A change as it is read back: *item* and *previous* are serialized.

    *commit_time* is in microseconds since 1970, in UTC. *previous* is None if there was
    no such item, or if nobody asked.
    """

    revision: int
    ordinal: int
    kind: pb.ChangeKind.ValueType
    commit_time: int
    actor: str
    request_id: str
    item: bytes
    previous: bytes | None


@dataclass(frozen=True, slots=True)
class Commit:
    """What one transaction writes.

    *changes* are in order of (revision, ordinal); revisions continue the head's
    without a gap, and each has one change of an item at most. The last change of each
    item is its new row, or, if EXPIRED, removes it. It *is_doubted* if the clock that
    dated it may be wrong.
    """

    changes: Sequence[Change] = ()
    answers: Sequence[StoredAnswer] = ()
    forgotten: Sequence[RequestKey] = field(default=())
    is_doubted: bool = False


class Reading(Protocol):
    """One snapshot of the store. Soft-deleted items are items like the others."""

    def head(self) -> Head:
        """Where the snapshot stands."""

    def has_failed_over(self) -> bool:
        """Return whether the database was promoted since the store was last written.

        The next write transaction then steps over what may be lost.
        """

    def items(self, ids: Collection[str]) -> dict[str, pb.Item]:
        """The items that exist among *ids*; any number of ids, one query."""

    def item_at(self, item_id: str, revision: int) -> pb.Item | None:
        """The item as it was at *revision*: None before its creation and after expiry."""

    def page(self, query: ItemQuery) -> Page:
        """The items that *query* asks for, at most ``query.limit``."""

    def changes(
        self,
        after: int,
        limit: int,
        *,
        with_previous: bool = True,
        max_bytes: int = CHANGES_BYTES,
    ) -> list[StoredChange]:
        """What was written after the revision *after*, in order.

        Whole revisions only: about *limit* changes, or about *max_bytes*, but the first
        revision in any case.
        """

    def revisions(
        self, item_id: str, before: int | None, limit: int, max_bytes: int = UNBOUNDED
    ) -> list[pb.ItemRevision]:
        """Versions of one item, newest first, with a revision below *before*.

        At most *limit*, and no more than fit into *max_bytes*, but for the last one.
        """

    def sinks(self) -> list[sinks_pb2.Sink]:
        """All sinks, by name, as they were put."""

    def parked(
        self, name: str, before: tuple[int, int] | None, limit: int
    ) -> list[sinks_pb2.ParkedEvent]:
        """What is parked of a sink, newest first, with a (revision, ordinal) below *before*."""


class Writing(Protocol):
    """One write transaction, alone: no other writer's effects appear within it.

    What concerns items is written by one `save`; what concerns sinks and the length of
    the history, at once. Of both, nothing is written if the transaction fails.
    """

    @property
    def time(self) -> datetime | None:
        """The database's own clock when the transaction began; None if it has none."""

    def head(self) -> Head:
        """Where the store stands before what this transaction saves."""

    def items(self, ids: Collection[str]) -> dict[str, pb.Item]:
        """The items that exist among *ids*; any number of ids, one query."""

    def item_sizes(self, ids: Collection[str]) -> Mapping[str, int]:
        """How many bytes each of the items among *ids* has, which are not read for that."""

    def answer_sizes(self, keys: Collection[RequestKey]) -> Mapping[str, int]:
        """How many bytes the answers to each request id have, whosever it is; likewise."""

    def answers(self, keys: Collection[RequestKey]) -> dict[RequestKey, StoredAnswer]:
        """The stored answers among *keys*, expired ones too."""

    def expired_items(self, now: datetime, limit: int) -> list[pb.Item]:
        """Soft-deleted items whose expire_time is not after *now*, oldest first."""

    def expired_answers(self, now: datetime, limit: int) -> list[RequestKey]:
        """Keys of stored answers whose expire_time is not after *now*."""

    def save(self, commit: Commit) -> None:
        """Write *commit*; at most once in a transaction. An empty one is no write."""

    def sinks(self) -> list[sinks_pb2.Sink]:
        """All sinks, by name, as they were put."""

    def sink(self, name: str) -> sinks_pb2.Sink | None:
        """The sink as it was put; None if there is none."""

    def put_sink(self, sink: sinks_pb2.Sink) -> None:
        """Write a sink, new or not; its state and store are not kept."""

    def remove_sink(self, name: str) -> None:
        """Remove a sink and all that is parked of it."""

    def park(self, name: str, event: sinks_pb2.ParkedEvent) -> bool:
        """Keep an event of a sink, in place of one of the same change; True if there was none."""

    def unpark(self, name: str, after: int) -> int:
        """Remove what is parked of a sink after the revision *after*; tells how much."""

    def touch(self) -> None:
        """Write something that changes nothing: what can be written shows when it commits."""

    def holds(self, commit: Commit) -> bool:
        """Whether an earlier transaction has written *commit*, to the last byte.

        Tells what became of a commit whose outcome is unknown.
        """

    def oldest_changes(self, limit: int) -> list[ChangeTime]:
        """The first *limit* changes from the oldest kept revision on, in order."""

    def compact(self, oldest_revision: int) -> int:
        """Keep history from *oldest_revision* on only; tells how many versions are removed.

        Every read at a kept revision is answered as before: of each item, the version
        before its first kept change stays, unless the item had expired. The cost is that
        of the changes that are kept no longer. Raises ValueError, before anything is
        written, for a revision before the oldest kept one, or after the newest.
        """


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a standby stands.

    *is_following* is false once it has been promoted: what it says from then on is its own.
    """

    store_id: str
    revision: int
    is_following: bool


class Bell(Protocol):
    """How the processes that share a store hear of one another's commits; for hints only."""

    def ring(self, revision: int) -> None:
        """Tell all processes, this one too, that the store is at *revision*; never raises."""

    def heard(self, patience: float) -> int | None:
        """Wait until somebody rings, and give the newest revision that was told.

        None if nobody does within *patience* seconds, and when somebody may have rung unheard.
        """


class ReadableStore(Protocol):
    """A database of items, for reads. Thread-safe.

    Every method raises StoreUnavailable if the database does not answer.
    """

    def read(self, cancellation: Cancellation | None = None) -> AbstractContextManager[Reading]:
        """Open a snapshot that sees every transaction committed before.

        *cancellation* ends what is read of it: that then raises StoreError, ReadCancelled
        if it had not begun.
        """

    def snapshot(self, ids: Sequence[str], max_bytes: int = UNBOUNDED) -> Snapshot:
        """The items that exist among *ids*, as `read` sees them; one round trip.

        What does not fit into *max_bytes* is left out, but for a few items: those of the
        first ids are read first, and no more than that is ever in memory.
        """

    def close(self) -> None:
        """Release every connection; no transaction may be open."""


class Store(ReadableStore, Protocol):
    """A database of items that is written, one transaction at a time."""

    @property
    def bell(self) -> Bell | None:
        """How others that write are heard of; None if this process alone writes."""

    def write(self, seen: int = 0) -> AbstractContextManager[Writing]:
        """Open a write transaction; it is durable when the block ends without an error.

        *seen* is the greatest revision that the caller knows to have been committed. If the
        store is not there any more, or its database was promoted since it was last written,
        the transaction first steps over every revision that may have been given: its head
        then has one more range of lost revisions.

        If the block raises, nothing of it is written. Raises CommitUnknown if the
        connection broke while the transaction was committed.
        """


class StandbyStore(ReadableStore, Protocol):
    """A copy that another server keeps, and that is behind by as much as it pleases."""

    def standing(self) -> Standing:
        """Where it stands now."""
