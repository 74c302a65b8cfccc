"""The item service as a specification: what it holds, and what a call does to that."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.model.decisions import Item, Refused, Request, decide, refuse, stamp, target, without

Result = dict[str, Any]
"""What a write gives: an item, and the kind of the change unless nothing changed."""


@dataclass(frozen=True)
class Version:
    """One line of the history."""

    revision: int
    kind: str
    commit_time: str
    actor: str
    request_id: str
    item: Item


@dataclass
class Model:
    """The whole store, and the writes to it. Items are never changed, but replaced."""

    clock: datetime
    deleted_retention: timedelta
    request_id_retention: timedelta
    revision: int = 0
    items: dict[str, Item] = field(default_factory=dict)
    history: list[Version] = field(default_factory=list)
    answers: dict[tuple[str, str], tuple[Request, Any, datetime]] = field(default_factory=dict)
    committed: datetime | None = None

    @property
    def now(self) -> datetime:
        """The time of the next commit: never before the last one."""
        return self.clock if self.committed is None else max(self.clock, self.committed)

    def write(self, write: Request, actor: str, batch_id: str = "") -> Result:
        """One of the five writes; in a batch, it is recorded with the batch's request id."""
        ((kind, request),) = write.items()
        recorded = request.get("request_id") or batch_id
        result: Result = self.once(
            kind, request, actor, lambda: self._write(write, actor, recorded)
        )
        return preview(result) if request.get("validate_only") else result

    def batch(self, request: Request, actor: str) -> Result:
        """Many writes: all or none, or each for itself."""
        perform = self._each if request.get("allow_partial") else self._all
        answer: Result = self.once("batch", request, actor, lambda: perform(request, actor))
        if not request.get("validate_only"):
            return answer
        return {"results": [preview(each) for each in answer["results"]], "revision": self.revision}

    def once(self, kind: str, request: Request, actor: str, perform: Callable[[], Any]) -> Any:
        """Perform a request, or give the answer that it had; undo what comes to nothing."""
        before = {name: copy(value) for name, value in vars(self).items()}
        try:
            answer = self._remembered(kind, request, actor, perform)
        except Refused:
            vars(self).update(before)
            raise
        if request.get("validate_only"):
            vars(self).update(before)
        return answer

    def pass_time(self, seconds: int) -> list[str]:
        """Let time pass; removes what has expired, and gives the ids of that."""
        self.clock += timedelta(seconds=seconds)
        gone = [i for i in self.items.values() if i.get("expire_time", "~") <= stamp(self.now)]
        for item in sorted(gone, key=lambda item: (item["expire_time"], item["id"])):
            self._commit("EXPIRED", item, self.revision + 1, "", "")
        return [item["id"] for item in gone]

    def _remembered(
        self, kind: str, request: Request, actor: str, perform: Callable[[], Any]
    ) -> Any:
        if not request.get("request_id"):
            return perform()
        key = (actor, request["request_id"].lower())
        same = {kind: without(request, "request_id")}
        first, answer, expire_time = self.answers.get(key, (None, None, self.now))
        if expire_time <= self.now:
            answer = perform()
            self.answers[key] = (same, answer, self.now + self.request_id_retention)
        elif first != same:
            refuse("FAILED_PRECONDITION", "REQUEST_ID_REUSED")
        return answer

    def _write(self, write: Request, actor: str, request_id: str) -> Result:
        kind, item = self._decide(write)
        if not kind:
            return {"item": item}
        revised = self._commit(kind, item, self.revision + 1, actor, request_id)
        return {"item": revised, "kind": kind}

    def _decide(self, write: Request) -> tuple[str, Item]:
        return decide(write, self.items.get(target(write)), self.now, self.deleted_retention)

    def _commit(self, kind: str, item: Item, revision: int, actor: str, request_id: str) -> Item:
        item = item | {"revision": str(revision), "etag": str(revision)}
        self.revision, self.committed = revision, self.now
        version = Version(revision, kind, stamp(self.now), actor, request_id, item)
        self.history.append(version)
        self.items[item["id"]] = item
        if kind == "EXPIRED":
            del self.items[item["id"]]
        return item

    def _each(self, request: Request, actor: str) -> Result:
        ones = [one for write in request["writes"] for one in write.values()]
        own_id = request.get("request_id", "").lower()
        if own_id and own_id in {one.get("request_id", "").lower() for one in ones}:
            refuse("INVALID_ARGUMENT", "VALIDATION_FAILED")
        results = []
        for write in request["writes"]:
            try:
                results.append(self.write(write, actor, request.get("request_id", "")))
            except Refused as refusal:
                results.append({"error": refusal.args})
        return {"results": results, "revision": self.revision}

    def _all(self, request: Request, actor: str) -> Result:
        ones = [one for write in request["writes"] for one in write.values()]
        if any(one.get("request_id") or one.get("validate_only") for one in ones):
            refuse("INVALID_ARGUMENT", "VALIDATION_FAILED")
        ids = [target(write) for write in request["writes"] if target(write)]
        if len(set(ids)) < len(ids):
            refuse("INVALID_ARGUMENT", "DUPLICATE_ID")
        outcomes = [self._decide(write) for write in request["writes"]]
        revision, request_id = self.revision + 1, request.get("request_id", "")
        results = [
            {"item": self._commit(kind, item, revision, actor, request_id), "kind": kind}
            if kind
            else {"item": item}
            for kind, item in outcomes
        ]
        return {"results": results, "revision": self.revision}


def preview(result: Result) -> Result:
    """What would be written has no revision yet."""
    if "kind" not in result:
        return result
    return result | {"item": without(result["item"], "revision", "etag")}
