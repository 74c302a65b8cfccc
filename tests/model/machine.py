"""Random histories of calls, made to the running service and to the model of it."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.dialects import stores_on
from tests.model import reads
from tests.model.decisions import Item, Refused, Request, is_deleted, target
from tests.model.histories import ACTORS, IDS, NAMED, batches, updates, writes
from tests.model.model import Model
from tests.model.queries import FILTERS, ORDERS
from tests.model.service import running_service

DELETED_RETENTION = timedelta(minutes=1)
REQUEST_ID_RETENTION = timedelta(minutes=2)

actors = st.sampled_from(ACTORS)
ids = st.sampled_from(IDS)
sizes = st.integers(1, 4)


def outcome(call: Callable[[], Any]) -> Any:
    """What *call* answers, or the code and the reason of its refusal."""
    try:
        return call()
    except Refused as refusal:
        return refusal.args


class Histories(RuleBasedStateMachine):
    """Each rule makes a call to both, and compares the whole answers."""

    dialect: ClassVar = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.model = Model(
            datetime(2030, 1, 1, tzinfo=UTC), DELETED_RETENTION, REQUEST_ID_RETENTION
        )
        self.seen = set[int]()
        self.compared = 0
        self.sent: list[tuple[Request, str]] = []
        self.tokens: list[tuple[dict[str, Any], Item, str]] = []
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="items-"))
        self.stack.enter_context(stores_on(self.dialect, Path(folder)))
        self.service = self.stack.enter_context(
            running_service(
                Path(folder),
                lambda: self.model.clock,
                deleted_retention=DELETED_RETENTION,
                request_id_retention=REQUEST_ID_RETENTION,
                min_revision_wait=10,
            )
        )

    def teardown(self) -> None:
        self.stack.close()

    @initialize(contents=st.lists(NAMED, min_size=3, max_size=3))
    def begin(self, contents: list[Item]) -> None:
        items = [{"id": item_id} | content for item_id, content in zip(IDS, contents, strict=False)]
        self._batch({"writes": [{"create": {"item": item}} for item in items]}, "ann")

    @rule(item_id=ids, content=NAMED, actor=actors)
    def put(self, item_id: str, content: Item, actor: str) -> None:
        self._write({"replace": {"item": {"id": item_id} | content}}, actor)

    @rule(update=updates(ids), actor=actors)
    def change(self, update: Request, actor: str) -> None:
        self._write(self._expecting(update), actor)

    @rule(item_id=ids, actor=actors)
    def hide_or_show(self, item_id: str, actor: str) -> None:
        """Delete a live item, and bring a deleted one back."""
        is_hidden = is_deleted(self.model.items.get(item_id, {}))
        self._write({"undelete" if is_hidden else "delete": {"id": item_id}}, actor)

    @rule(write=writes(ids), actor=actors)
    def write(self, write: Request, actor: str) -> None:
        self._write(self._expecting(write), actor)

    @rule(batch=batches(ids), actor=actors)
    def batch(self, batch: Request, actor: str) -> None:
        expecting = [self._expecting(write) for write in batch["writes"]]
        self._batch(batch | {"writes": expecting}, actor)

    @rule(data=st.data(), actor=actors)
    def repeat(self, data: st.DataObject, actor: str) -> None:
        """Send a request with a request id again, perhaps as another caller."""
        if not self.sent:
            return
        request, sender = data.draw(st.sampled_from(self.sent))
        send = self._batch if "writes" in request else self._write
        send(request, data.draw(st.sampled_from((sender, sender, actor))))

    @precondition(lambda self: self.model.committed == self.model.clock)
    @rule(seconds=st.sampled_from((1, 100)))
    def turn_the_clock_back(self, seconds: int) -> None:
        """Only to before the last commit: what has been swept by then does not come back."""
        self.model.pass_time(-seconds)

    @rule(seconds=st.sampled_from((1, 30, 60, 120)))
    def let_time_pass(self, seconds: int) -> None:
        """Let what has expired be removed, as soon as the sweeper comes by."""
        gone = self.model.pass_time(seconds)
        assert self.service.page(min_revision=self.model.revision)[2] == self.model.revision
        for item_id in gone:
            self._get(item_id, self.model.revision, show_deleted=True)

    @rule(data=st.data(), show_deleted=st.booleans(), item_id=ids)
    def get(self, data: st.DataObject, show_deleted: bool, item_id: str) -> None:
        revision = data.draw(st.integers(0, self.model.revision + 1))
        self._get(item_id, revision, show_deleted=show_deleted)

    @rule(
        asked=st.lists(st.sampled_from((*IDS, "none")), min_size=1, unique=True),
        show_deleted=st.booleans(),
    )
    def batch_get(self, asked: list[str], show_deleted: bool) -> None:
        assert self.service.batch_get(ids=asked, show_deleted=show_deleted) == reads.batch_get(
            self.model, asked, show_deleted=show_deleted
        )

    @rule(item_id=ids, page_size=sizes)
    def list_revisions(self, item_id: str, page_size: int) -> None:
        expected = reads.history(self.model, item_id) or ("NOT_FOUND", "ITEM_NOT_FOUND")
        assert outcome(lambda: self.service.history(item_id, page_size)) == expected

    @rule(
        filter_=st.sampled_from(list(FILTERS)),
        order_by=st.sampled_from(list(ORDERS)),
        show_deleted=st.booleans(),
        page_size=sizes,
    )
    def list_first(self, filter_: str, order_by: str, show_deleted: bool, page_size: int) -> None:
        query = {"filter": filter_, "order_by": order_by, "show_deleted": show_deleted}
        self._list(query, page_size, beyond=None, token="")

    @rule(data=st.data(), page_size=sizes)
    def list_next(self, data: st.DataObject, page_size: int) -> None:
        """Go on with a list that was begun before, whatever has happened since."""
        if self.tokens:
            query, beyond, token = data.draw(st.sampled_from(self.tokens))
            self._list(query, page_size, beyond, token)

    @invariant()
    def both_hold_the_same(self) -> None:
        found = self.service.page(page_size=1000, show_deleted=True)
        assert found == (
            reads.matching(self.model, "", "", show_deleted=True),
            "",
            self.model.revision,
        )

    @invariant()
    def the_history_is_the_same_and_without_gaps(self) -> None:
        """Asked for each item that has a version since the last time."""
        for item_id in {each.item["id"] for each in self.model.history[self.compared :]}:
            told = self.service.history(item_id, page_size=self.model.revision)
            assert told == reads.history(self.model, item_id)
            self.seen |= {version.revision for version in told}
        assert self.seen == set(range(1, self.model.revision + 1))
        self.compared = len(self.model.history)

    def _get(self, item_id: str, revision: int, *, show_deleted: bool) -> None:
        assert outcome(
            lambda: self.service.get(id=item_id, revision=revision, show_deleted=show_deleted)
        ) == outcome(lambda: reads.get(self.model, item_id, revision, show_deleted=show_deleted))

    def _write(self, write: Request, actor: str) -> None:
        self._remember(write, actor)
        answer = outcome(lambda: self.service.write(write, actor))
        made = answer if isinstance(answer, dict) else None
        meant = _with_id(write, made)
        assert answer == outcome(lambda: self.model.write(meant, actor)["item"])

    def _batch(self, batch: Request, actor: str) -> None:
        self._remember(batch, actor)
        answer = outcome(lambda: self.service.batch(batch, actor))
        meant = batch
        if isinstance(answer, dict):
            pairs = zip(batch["writes"], answer["results"], strict=True)
            writes = [_with_id(write, result.get("item")) for write, result in pairs]
            meant = batch | {"writes": writes}
        assert answer == outcome(lambda: self.model.batch(meant, actor))

    def _list(self, query: dict[str, Any], page_size: int, beyond: Item | None, token: str) -> None:
        """Read one page; it begins after the item *beyond*, as *token* says."""
        expected = reads.matching(
            self.model,
            query["filter"],
            query["order_by"],
            show_deleted=query["show_deleted"],
            beyond=beyond,
        )
        items, following, revision = self.service.page(
            **query, page_size=page_size, page_token=token
        )
        assert (items, revision) == (expected[:page_size], self.model.revision)
        assert bool(following) == (len(expected) > page_size)
        if following:
            self.tokens.append((query, items[-1], following))

    def _remember(self, request: Request, actor: str) -> None:
        writes = request.get("writes", [request])
        ones = [one for write in writes for one in write.values()]
        if any("request_id" in one for one in (request, *ones)):
            self.sent.append((request, actor))

    def _expecting(self, write: Request) -> Request:
        """The write with the etag that its item has, where that is what it expects."""
        ((kind, request),) = write.items()
        item = self.model.items.get(target(write))
        revision = 1 if item is None else int(item["revision"])
        meant = {"current": str(revision), "stale": str(revision - 1)}
        if "item" in request:
            etag = request["item"].get("etag", "")
            return {kind: request | {"item": request["item"] | {"etag": meant.get(etag, etag)}}}
        etag = request.get("etag", "")
        return {kind: request | {"etag": meant.get(etag, etag)}}


def _with_id(write: Request, made: Item | None) -> Request:
    """The write with the id that the server has made for a new item."""
    if made is None or target(write):
        return write
    assert UUID(made["id"]).version == 7
    request = write["create"]
    return {"create": request | {"item": request["item"] | {"id": made["id"]}}}


class HistoriesOnPostgresql(Histories):
    """The same, of a service on PostgreSQL."""

    dialect = "postgresql"
