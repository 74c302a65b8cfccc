"""Write units: what one call asks of the store, applied to its staging area.

A unit runs on the writer's thread, in a transaction that it shares with the units
beside it. It stages all of its effects, or raises and stages nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Protocol, TypeVar

from google.rpc import status_pb2

from grpc_server.database.store import RequestKey
from grpc_server.items.caller import BY_ITSELF, Caller, Origin
from grpc_server.items.errors import CatalogError, DuplicateId, InvalidRequest
from grpc_server.items.mutations import Mutation, WriteRequest, decide, target_id
from grpc_server.writes.idempotency import Idempotency
from grpc_server.writes.staging import Staging
from items.v1 import items_pb2 as pb

R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long deleted items can be undeleted, and answers to request ids are kept."""

    deleted_items: timedelta = timedelta(days=30)
    request_ids: timedelta = timedelta(hours=24)


class WriteUnit(Protocol[R_co]):
    """What one call asks of the store."""

    def ids(self) -> Iterable[str]:
        """The items that the unit will look at."""

    def keys(self) -> Iterable[RequestKey]:
        """The request ids that the unit will look at."""

    def size(self) -> int:
        """How many bytes the request has that the unit holds."""

    def apply(self, staging: Staging) -> R_co:
        """Stage the unit's effects.

        Raises:
            CatalogError: the unit is refused; nothing of it is staged.
        """


@dataclass(frozen=True, slots=True)
class SingleWrite:
    """One of the five writes, under a revision of its own.

    The history keeps its request id or, if it has none, that of the batch it came in.
    """

    request: WriteRequest
    caller: Caller
    retention: Retention
    batch_request_id: str = ""

    def ids(self) -> Iterable[str]:
        """The one item."""
        return (target_id(self.request),)

    def keys(self) -> Iterable[RequestKey]:
        """The request's own id, if it has one."""
        return self._idempotency.keys(self.request)

    def size(self) -> int:
        """The size of the request."""
        return self.request.ByteSize()

    def apply(self, staging: Staging) -> pb.ItemWriteResult:
        """Stage the write, or answer as it was answered before."""
        with staging.attempt(keep=not self.request.validate_only):
            result = self._idempotency.once(staging, self.request, self._write, pb.ItemWriteResult)
        return _preview(result) if self.request.validate_only else result

    @property
    def _idempotency(self) -> Idempotency:
        return Idempotency(self.caller, self.retention.request_ids)

    def _write(self, staging: Staging) -> pb.ItemWriteResult:
        current = staging.item(target_id(self.request))
        outcome = decide(current, self.request, staging.now, self.retention.deleted_items)
        if outcome.kind == pb.CHANGE_KIND_UNSPECIFIED:
            return pb.ItemWriteResult(item=outcome.item)
        request_id = self.request.request_id or self.batch_request_id
        item = staging.stage(outcome, Origin(self.caller.actor, request_id))
        return pb.ItemWriteResult(item=item, kind=outcome.kind)


@dataclass(frozen=True, slots=True)
class BatchWrite:
    """Many writes: all or none under one revision, or each on its own.

    *describe* puts the refusal of a write into the status that the batch's answer has.
    """

    request: pb.BatchWriteItemsRequest
    caller: Caller
    retention: Retention
    describe: Callable[[CatalogError], status_pb2.Status]

    def ids(self) -> Iterable[str]:
        """The items of all the writes."""
        return map(target_id, self._writes())

    def keys(self) -> Iterable[RequestKey]:
        """The request id of the batch, and those of its writes."""
        yield from self._idempotency.keys(self.request)
        for write in self._writes():
            yield from self._idempotency.keys(write)

    def size(self) -> int:
        """The size of the request, with all its writes."""
        return self.request.ByteSize()

    def apply(self, staging: Staging) -> pb.BatchWriteItemsResponse:
        """Stage the writes, or answer as they were answered before."""
        perform = self._each if self.request.allow_partial else self._all
        with staging.attempt(keep=not self.request.validate_only):
            response = self._idempotency.once(
                staging, self.request, perform, pb.BatchWriteItemsResponse
            )
        return _preview_all(response, staging) if self.request.validate_only else response

    @property
    def _idempotency(self) -> Idempotency:
        return Idempotency(self.caller, self.retention.request_ids)

    def _writes(self) -> Iterator[WriteRequest]:
        for write in self.request.writes:
            yield getattr(write, write.WhichOneof("write") or "")

    def _each(self, staging: Staging) -> pb.BatchWriteItemsResponse:
        _refuse_the_request_id_of_the_batch(self.request)
        results = [self._one(staging, write) for write in self._writes()]
        return pb.BatchWriteItemsResponse(results=results, revision=staging.revision)

    def _one(self, staging: Staging, write: WriteRequest) -> pb.ItemWriteResult:
        unit = SingleWrite(write, self.caller, self.retention, self.request.request_id)
        try:
            return unit.apply(staging)
        except CatalogError as error:
            return pb.ItemWriteResult(error=self.describe(error))

    def _all(self, staging: Staging) -> pb.BatchWriteItemsResponse:
        writes = list(self._writes())
        _refuse_what_belongs_to_the_batch(self.request)
        _refuse_duplicates(self.request, writes)
        outcomes = [self._decide(staging, index, write) for index, write in enumerate(writes)]
        changed = any(outcome.kind for outcome in outcomes)
        revision = staging.next_revision() if changed else staging.revision
        origin = Origin(self.caller.actor, self.request.request_id)
        ordinals = count()
        results = [
            pb.ItemWriteResult(
                item=staging.stage_at(revision, next(ordinals), outcome, origin)
                if outcome.kind
                else outcome.item,
                kind=outcome.kind,
            )
            for outcome in outcomes
        ]
        return pb.BatchWriteItemsResponse(results=results, revision=revision)

    def _decide(self, staging: Staging, index: int, write: WriteRequest) -> Mutation:
        try:
            current = staging.item(target_id(write))
            return decide(current, write, staging.now, self.retention.deleted_items)
        except CatalogError as error:
            raise error.within(_path(self.request, index)) from error


@dataclass(frozen=True, slots=True)
class Expiry:
    """Removes for good what has passed its expire_time; answers with how much that was.

    At most *limit* items and as many answers at a time, so that no commit is long.
    """

    limit: int

    def ids(self) -> Iterable[str]:
        """None: the items are found by their time."""
        return ()

    def keys(self) -> Iterable[RequestKey]:
        """None: the answers are found by their time."""
        return ()

    def size(self) -> int:
        """None: nobody has sent it."""
        return 0

    def apply(self, staging: Staging) -> int:
        """Stage the removals: none while the clock is in doubt."""
        if not staging.may_remove:
            return 0
        items = staging.expired_items(self.limit)
        for item in items:
            staging.stage(Mutation(pb.CHANGE_KIND_EXPIRED, item), BY_ITSELF)
        keys = staging.expired_answers(self.limit)
        staging.forget(keys)
        return len(items) + len(keys)


@dataclass(frozen=True, slots=True)
class Touch:
    """Writes what changes nothing, to find out whether anything can be written."""

    def ids(self) -> Iterable[str]:
        """None."""
        return ()

    def keys(self) -> Iterable[RequestKey]:
        """None."""
        return ()

    def size(self) -> int:
        """None: nobody has sent it."""
        return 0

    def apply(self, staging: Staging) -> None:
        """Write the store's own row as it is."""
        staging.transaction.touch()


def _preview(result: pb.ItemWriteResult) -> pb.ItemWriteResult:
    """What would be written has no revision yet."""
    if result.kind:
        result.item.ClearField("revision")
        result.item.ClearField("etag")
    return result


def _preview_all(
    response: pb.BatchWriteItemsResponse, staging: Staging
) -> pb.BatchWriteItemsResponse:
    for result in response.results:
        _preview(result)
    response.revision = staging.revision
    return response


def _refuse_what_belongs_to_the_batch(batch: pb.BatchWriteItemsRequest) -> None:
    for index, write in enumerate(batch.writes):
        request = getattr(write, write.WhichOneof("write") or "")
        for field in ("request_id", "validate_only"):
            if getattr(request, field):
                raise InvalidRequest.at(
                    f"{_path(batch, index)}.{field}",
                    "belongs to the batch unless allow_partial is set",
                )


def _refuse_the_request_id_of_the_batch(batch: pb.BatchWriteItemsRequest) -> None:
    """Refuse it in a write, which would be answered as the batch is, and the other way round."""
    taken = batch.request_id.lower()
    for index, write in enumerate(batch.writes):
        request = getattr(write, write.WhichOneof("write") or "")
        if taken and request.request_id.lower() == taken:
            raise InvalidRequest.at(f"{_path(batch, index)}.request_id", "is that of the batch")


def _refuse_duplicates(batch: pb.BatchWriteItemsRequest, writes: Sequence[WriteRequest]) -> None:
    seen: dict[str, int] = {}
    for index, write in enumerate(writes):
        first = seen.setdefault(target_id(write), index)
        if first != index and target_id(write):
            raise DuplicateId.at(_path(batch, index), f"writes the item of writes[{first}] again")


def _path(batch: pb.BatchWriteItemsRequest, index: int) -> str:
    return f"writes[{index}].{batch.writes[index].WhichOneof('write')}"
