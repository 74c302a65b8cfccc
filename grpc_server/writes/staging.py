"""The store as the next write unit sees it, with the effects of the units before it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from grpc_server.database.store import Change, Commit, Head, RequestKey, StoredAnswer, Writing
from grpc_server.items.caller import Origin
from grpc_server.items.mutations import Mutation
from grpc_server.writes.commit_time import Moment
from items.v1 import items_pb2 as pb

K = TypeVar("K")
V = TypeVar("V")


class Staging:
    """What one write transaction has loaded, and what it will save.

    *now* is the commit time of everything that is staged: not before that of the newest
    revision, so that commit times are in the order of revisions. *may_remove* is false
    while the clock is in doubt: nothing may be removed for its age then. *new_id* makes
    the id of an item that comes without one. What concerns sinks and the length of the
    history is not staged: a unit writes it to the *transaction*, after it has decided.
    """

    def __init__(self, transaction: Writing, moment: Moment, new_id: Callable[[], str]) -> None:
        head = transaction.head()
        self.revision = head.revision
        self.now = moment.after(head.commit_time)
        self.may_remove = moment.is_trusted
        self.transaction = transaction
        self._new_id = new_id
        self._items: dict[str, pb.Item] = {}
        self._answers: dict[RequestKey, StoredAnswer] = {}
        self._changes: list[Change] = []
        self._new_answers: list[StoredAnswer] = []
        self._forgotten: list[RequestKey] = []
        self._undo: list[Callable[[], object]] = []

    @property
    def head(self) -> Head:
        """Where the store stands with all that is staged."""
        return replace(self.transaction.head(), revision=self.revision)

    def load(self, ids: Iterable[str], keys: Iterable[RequestKey]) -> None:
        """Read the items and answers that the units will ask for, with a query for each kind."""
        self._items = self.transaction.items(set(ids))
        asked = set(keys)
        if asked:
            self._answers = self.transaction.answers(asked)

    def item(self, item_id: str) -> pb.Item | None:
        """The item as the units before have left it; None if there is none."""
        return self._items.get(item_id)

    def answer(self, key: RequestKey) -> StoredAnswer | None:
        """The first answer to *key*, unless it has expired."""
        answer = self._answers.get(key)
        return answer if answer is not None and answer.expire_time > self.now else None

    def expired_items(self, limit: int) -> list[pb.Item]:
        """Deleted items whose time has come, but for those that the units before have written."""
        written = {change.item.id for change in self._changes}
        expired = self.transaction.expired_items(self.now, limit)
        return [item for item in expired if item.id not in written]

    def expired_answers(self, limit: int) -> list[RequestKey]:
        """Keys of answers whose time has come."""
        return self.transaction.expired_answers(self.now, limit)

    def stage(self, outcome: Mutation, origin: Origin) -> pb.Item:
        """Write *outcome* under a revision of its own; answers with the item as it will be."""
        return self.stage_at(self.next_revision(), 0, outcome, origin)

    def next_revision(self) -> int:
        """Take a revision; a change must be staged at it."""
        self.revision += 1
        return self.revision

    def stage_at(self, revision: int, ordinal: int, outcome: Mutation, origin: Origin) -> pb.Item:
        """Write *outcome* as the change *ordinal* of *revision*."""
        item = pb.Item()
        item.CopyFrom(outcome.item)
        item.id = item.id or self._new_id()
        item.revision, item.etag = revision, str(revision)
        gone = outcome.kind == pb.CHANGE_KIND_EXPIRED
        self._changes.append(
            Change(
                revision=revision,
                ordinal=ordinal,
                kind=outcome.kind,
                commit_time=self.now,
                actor=origin.actor,
                request_id=origin.request_id,
                item=item,
                previous=outcome.item if gone else self._items.get(item.id),
            )
        )
        self._put(self._items, item.id, None if gone else item)
        return item

    def remember(self, answer: StoredAnswer) -> None:
        """Keep *answer*, so that its request id is answered with it again."""
        self._new_answers.append(answer)
        self._put(self._answers, answer.key, answer)

    def forget(self, keys: Iterable[RequestKey]) -> None:
        """Drop the answers of *keys*."""
        self._forgotten.extend(keys)

    @contextmanager
    def attempt(self, *, keep: bool = True) -> Iterator[None]:
        """Stage within the block; all of it is undone if the block raises, or if not *keep*."""
        revision, undo = self.revision, len(self._undo)
        changes, new_answers = len(self._changes), len(self._new_answers)
        forgotten = len(self._forgotten)
        kept = False
        try:
            yield
            kept = keep
        finally:
            if not kept:
                self.revision = revision
                del self._changes[changes:]
                del self._new_answers[new_answers:]
                del self._forgotten[forgotten:]
                while len(self._undo) > undo:
                    self._undo.pop()()

    def commit(self) -> Commit:
        """Everything that was staged."""
        return Commit(
            self._changes, self._new_answers, self._forgotten, is_doubted=not self.may_remove
        )

    def _put(self, known: dict[K, V], key: K, value: V | None) -> None:
        """Set or remove *key*, and note how to take that back."""
        before = known.pop(key, None)
        if value is not None:
            known[key] = value
        if before is None:
            self._undo.append(lambda: known.pop(key, None))
        else:
            self._undo.append(lambda: known.__setitem__(key, before))
