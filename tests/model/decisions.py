"""What each of the five writes makes of an item, or why it is refused.

An item is its ProtoJSON, with the field names of the proto file: text for times (whole
seconds, so that they compare as text) and revisions. A request is ProtoJSON too, but for
its update mask, which is a list of paths.
"""

from datetime import datetime, timedelta
from typing import Any, NoReturn

from items.v1.items_fields import ITEM_WRITABLE
from tests.model.masks import masked, read_mask

Item = dict[str, Any]
Request = dict[str, Any]
Mutation = tuple[str, Item]
"""The kind of the change, empty if there is none, and the item after it."""


class Refused(Exception):
    """The service refuses a call with this code, for this reason."""


def decide(write: Request, current: Item | None, now: datetime, retention: timedelta) -> Mutation:
    """Decide any of the five; *retention* is how long a deleted item is kept."""
    ((kind, request),) = write.items()
    if kind == "delete":
        return delete(current, request, now, retention)
    writes = {"create": create, "update": update, "replace": replace, "undelete": undelete}
    return writes[kind](current, request, now)


def create(current: Item | None, request: Request, now: datetime) -> Mutation:
    if current is not None:
        refuse("ALREADY_EXISTS", "ITEM_ALREADY_EXISTS")
    return "CREATED", new(writable(request["item"]), now)


def update(current: Item | None, request: Request, now: datetime) -> Mutation:
    given = identified(request["item"])
    paths = read_mask(request.get("update_mask"), given, ITEM_WRITABLE)
    if paths is None:
        refuse("INVALID_ARGUMENT", "INVALID_UPDATE_MASK")
    if current is None and request.get("allow_missing") and not given.get("etag"):
        return "CREATED", new(masked(paths, given, {"id": given["id"]}), now)
    current = live(current)
    expect(given.get("etag", ""), current)
    return changed("UPDATED", current, masked(paths, given, current), now)


def replace(current: Item | None, request: Request, now: datetime) -> Mutation:
    given = identified(request["item"])
    if given.get("etag") and (current is None or is_deleted(current)):
        refuse("ABORTED", "ETAG_MISMATCH")
    if current is None:
        return "CREATED", new(writable(given), now)
    expect(given.get("etag", ""), current)
    kept = {name: current[name] for name in ("create_time", "update_time", "revision", "etag")}
    kind = "UNDELETED" if is_deleted(current) else "UPDATED"
    return changed(kind, current, kept | writable(given), now)


def delete(current: Item | None, request: Request, now: datetime, retention: timedelta) -> Mutation:
    current = live(current)
    expect(request.get("etag", ""), current)
    times = {"delete_time": stamp(now), "expire_time": stamp(now + retention)}
    return changed("DELETED", current, current | times, now)


def undelete(current: Item | None, request: Request, now: datetime) -> Mutation:
    if current is None:
        refuse("NOT_FOUND", "ITEM_NOT_FOUND")
    if not is_deleted(current):
        refuse("ALREADY_EXISTS", "ITEM_NOT_DELETED")
    expect(request.get("etag", ""), current)
    return changed("UNDELETED", current, without(current, "delete_time", "expire_time"), now)


def refuse(code: str, reason: str) -> NoReturn:
    raise Refused(code, reason)


def live(item: Item | None) -> Item:
    if item is None:
        refuse("NOT_FOUND", "ITEM_NOT_FOUND")
    if is_deleted(item):
        refuse("NOT_FOUND", "ITEM_DELETED")
    return item


def expect(etag: str, current: Item) -> None:
    if etag not in {"", "*", current["etag"]}:
        refuse("ABORTED", "ETAG_MISMATCH")


def new(item: Item, now: datetime) -> Item:
    return named(item | {"create_time": stamp(now), "update_time": stamp(now)})


def changed(kind: str, before: Item, after: Item, now: datetime) -> Mutation:
    if after == before:
        return "", before
    return kind, named(after | {"update_time": stamp(now)})


def identified(item: Item) -> Item:
    if not item["id"]:
        refuse("INVALID_ARGUMENT", "VALIDATION_FAILED")
    return item


def named(item: Item) -> Item:
    if "name" not in item:
        refuse("INVALID_ARGUMENT", "VALIDATION_FAILED")
    return item


def stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def writable(item: Item) -> Item:
    return {name: item[name] for name in ("id", *ITEM_WRITABLE) if name in item}


def is_deleted(item: Item) -> bool:
    return "delete_time" in item


def without(item: Item, *names: str) -> Item:
    return {name: value for name, value in item.items() if name not in names}


def target(write: Request) -> str:
    """The id of the item that a write is about."""
    ((_, request),) = write.items()
    return str(request["item"]["id"] if "item" in request else request["id"])
