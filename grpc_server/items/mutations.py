"""The five writes as pure decisions on (current item, request, now).

Nothing here reads or writes the store: a decision is given the item as it stands
(None if there is none) and answers with the item as it should be. Given items are
never changed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from grpc_server.items.attributes import size_violations
from grpc_server.items.errors import (
    EtagMismatch,
    InvalidRequest,
    ItemAlreadyExists,
    ItemDeleted,
    ItemNotDeleted,
    ItemNotFound,
    Violation,
)
from grpc_server.items.fields import has_same, missing_fields
from grpc_server.items.limits import MAX_VIOLATIONS, rule_violations
from grpc_server.items.masks import apply_mask, effective_mask
from grpc_server.items.values import value_violations
from items.v1 import items_pb2 as pb
from items.v1.items_fields import ITEM_IMMUTABLE, ITEM_WRITABLE

WriteRequest = (
    pb.CreateItemRequest
    | pb.UpdateItemRequest
    | pb.ReplaceItemRequest
    | pb.DeleteItemRequest
    | pb.UndeleteItemRequest
)

ANY_ETAG = "*"
"""As an expected etag: the item must exist, in whatever version. (RFC 9110, 13.1.1)"""


_IGNORED = tuple(
    field.name for field in pb.Item.DESCRIPTOR.fields if field.name not in {"id", *ITEM_WRITABLE}
)


@dataclass(frozen=True, slots=True)
class Mutation:
    """The item after a write, and what the write did: UNSPECIFIED if nothing.

    Its revision and etag are those of the version before: the commit sets new ones.
    """

    kind: pb.ChangeKind.ValueType
    item: pb.Item


def target_id(request: WriteRequest) -> str:
    """The id of the item that *request* writes; empty if the server is to make one."""
    if isinstance(request, pb.DeleteItemRequest | pb.UndeleteItemRequest):
        return request.id
    return request.item.id


def decide(
    current: pb.Item | None, request: WriteRequest, now: datetime, retention: timedelta
) -> Mutation:
    """Decide any of the five writes.

    *retention* is how long a deleted item can be undeleted.

    Raises:
        CatalogError: the write is refused; each of the five says why.
    """
    match request:
        case pb.CreateItemRequest():
            return create(current, request, now)
        case pb.UpdateItemRequest():
            return update(current, request, now)
        case pb.ReplaceItemRequest():
            return replace(current, request, now)
        case pb.DeleteItemRequest():
            return delete(current, request, now, retention)
        case pb.UndeleteItemRequest():
            return undelete(current, request, now)


def create(current: pb.Item | None, request: pb.CreateItemRequest, now: datetime) -> Mutation:
    """A new item with the writable fields of the request (AIP-133).

    Raises:
        ItemAlreadyExists: the id is taken, by a live or a deleted item.
        InvalidRequest: the item breaks a rule.
    """
    if current is not None:
        deleted = " and deleted; undelete or replace it" if _is_deleted(current) else ""
        raise ItemAlreadyExists(
            f"the item `{current.id}` exists{deleted}", metadata={"id": current.id}
        )
    return _created(_writable(request.item), now)


def update(current: pb.Item | None, request: pb.UpdateItemRequest, now: datetime) -> Mutation:
    """The item with the fields that the mask names changed (AIP-134).

    Raises:
        ItemNotFound: there is none, or it is deleted, and allow_missing is not set.
        EtagMismatch: the item is not in the expected version.
        InvalidUpdateMask: the mask names what cannot be written.
        InvalidRequest: no item is named, or the item would break a rule.
    """
    _require_id(request.item)
    _refuse(size_violations(request.item.attributes, "attributes"))  # before they are merged
    mask = effective_mask(request)
    if current is None and request.allow_missing and not request.item.etag:
        item = pb.Item(id=request.item.id)
        apply_mask(mask, request.item, item)
        return _created(item, now)
    current = _live(current, request.item.id)
    _expect(request.item.etag, current)
    item = _copy(current)
    apply_mask(mask, request.item, item)
    _refuse(rule_violations(item))  # two valid items can add up to too many labels
    return _written(pb.CHANGE_KIND_UPDATED, current, item, now)


def replace(current: pb.Item | None, request: pb.ReplaceItemRequest, now: datetime) -> Mutation:
    """The item exactly as the request has it: created, replaced, or undeleted.

    Raises:
        EtagMismatch: an etag is given, and the item is not there in that version.
        InvalidRequest: no item is named, or the item breaks a rule.
    """
    _require_id(request.item)
    expected = request.item.etag
    if current is None or _is_deleted(current):
        if expected:
            raise _mismatch(request.item.id, current)
        if current is None:
            return _created(_writable(request.item), now)
    _expect(expected, current)
    item = _writable(request.item)
    item.create_time.CopyFrom(current.create_time)
    item.update_time.CopyFrom(current.update_time)
    item.revision, item.etag = current.revision, current.etag
    kind = pb.CHANGE_KIND_UNDELETED if _is_deleted(current) else pb.CHANGE_KIND_UPDATED
    return _written(kind, current, item, now)


def delete(
    current: pb.Item | None, request: pb.DeleteItemRequest, now: datetime, retention: timedelta
) -> Mutation:
    """The item, hidden until it is undeleted or *retention* has passed (AIP-164).

    Raises:
        ItemNotFound: there is none, or it is deleted already.
        EtagMismatch: the item is not in the expected version.
    """
    current = _live(current, request.id)
    _expect(request.etag, current)
    item = _copy(current)
    item.delete_time.FromDatetime(now)
    item.expire_time.FromDatetime(now + retention)
    return _written(pb.CHANGE_KIND_DELETED, current, item, now)


def undelete(current: pb.Item | None, request: pb.UndeleteItemRequest, now: datetime) -> Mutation:
    """The deleted item, live again (AIP-164).

    Raises:
        ItemNotFound: there is none, or its expire_time has passed.
        ItemNotDeleted: the item is live.
        EtagMismatch: the item is not in the expected version.
    """
    if current is None or (_is_deleted(current) and _has_expired(current, now)):
        raise _not_found(request.id)
    if not _is_deleted(current):
        raise ItemNotDeleted(f"the item `{current.id}` is not deleted", metadata={"id": current.id})
    _expect(request.etag, current)
    item = _copy(current)
    item.ClearField("delete_time")
    item.ClearField("expire_time")
    return _written(pb.CHANGE_KIND_UNDELETED, current, item, now)


def visible(item: pb.Item | None, item_id: str, *, show_deleted: bool) -> pb.Item:
    """The item that a reader of *item_id* gets to see.

    Raises:
        ItemNotFound: there is none.
        ItemDeleted: it is deleted, and *show_deleted* is not set.
    """
    if item is not None and show_deleted:
        return item
    return _live(item, item_id)


def _live(item: pb.Item | None, item_id: str) -> pb.Item:
    if item is None:
        raise _not_found(item_id)
    if _is_deleted(item):
        raise ItemDeleted(
            f"the item `{item_id}` is deleted",
            metadata={"id": item_id, "expire_time": item.expire_time.ToJsonString()},
        )
    return item


def _not_found(item_id: str) -> ItemNotFound:
    return ItemNotFound(f"there is no item `{item_id}`", metadata={"id": item_id})


def _is_deleted(item: pb.Item) -> bool:
    return item.HasField("delete_time")


def _has_expired(item: pb.Item, now: datetime) -> bool:
    return item.expire_time.ToDatetime(tzinfo=now.tzinfo) <= now


def _expect(etag: str, current: pb.Item) -> None:
    if etag not in {"", ANY_ETAG, current.etag}:
        raise _mismatch(current.id, current)


def _mismatch(item_id: str, current: pb.Item | None) -> EtagMismatch:
    if current is None or _is_deleted(current):
        return EtagMismatch(
            f"the item `{item_id}` does not exist, so that it has no etag",
            metadata={"id": item_id},
        )
    return EtagMismatch(
        f"the item `{item_id}` has changed: its etag is now `{current.etag}`",
        metadata={"id": item_id, "etag": current.etag},
    )


def _copy(item: pb.Item) -> pb.Item:
    copy = pb.Item()
    copy.CopyFrom(item)
    return copy


def _writable(given: pb.Item) -> pb.Item:
    """What a client may say of an item: the rest is ignored, as AIP-203 asks."""
    item = _copy(given)
    for name in _IGNORED:
        item.ClearField(name)  # type: ignore[arg-type]  # the name of a field
    return item


def _created(item: pb.Item, now: datetime) -> Mutation:
    _check(item)
    item.create_time.FromDatetime(now)
    item.update_time.FromDatetime(now)
    return Mutation(pb.CHANGE_KIND_CREATED, item)


def _written(
    kind: pb.ChangeKind.ValueType, current: pb.Item, item: pb.Item, now: datetime
) -> Mutation:
    if item == current:
        return Mutation(pb.CHANGE_KIND_UNSPECIFIED, current)
    if ITEM_IMMUTABLE:
        _refuse(_changed_for_good(current, item))
    _check(item)
    item.update_time.FromDatetime(now)
    return Mutation(kind, item)


def _check(item: pb.Item) -> None:
    """Check what the rules of the contract cannot say; those are checked on the request."""
    for name in missing_fields(item):
        _refuse([Violation(name, "is required")])
    _refuse(value_violations(item))


def _changed_for_good(current: pb.Item, item: pb.Item) -> Iterator[Violation]:
    """What is written only when an item is created, by AIP-203, and would change."""
    for name in ITEM_IMMUTABLE:
        if not has_same(name, current, item):
            yield Violation(name, "must stay as it was created")


def _require_id(item: pb.Item) -> None:
    """Only a creation may leave the id to the server: the others would make an item each time."""
    if not item.id:
        _refuse([Violation("id", "is required")])


def _refuse(violations: Iterable[Violation]) -> None:
    told = islice(violations, MAX_VIOLATIONS)
    found = [Violation(f"item.{each.field}", each.description) for each in told]
    if found:
        summary = "; ".join(f"{each.field}: {each.description}" for each in found)
        raise InvalidRequest(summary, violations=found)
