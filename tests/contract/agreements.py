"""How the parts of one valid request must agree, which JSON Schema has no words for.

Each rule changes a request that breaks it, and names the refusal that it would get.
"""

from collections.abc import MutableMapping
from itertools import count
from typing import Any
from uuid import UUID

from schemathesis import Case


class New:
    """What no call has used before."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._taken: set[str] = set()

    def request_id(self) -> str:
        """A UUID."""
        return str(UUID(int=next(self._numbers)))

    def id(self, wanted: str) -> str:
        """The id *wanted*, if it is still free, or another one."""
        found = wanted if wanted not in self._taken else f"item-{next(self._numbers)}"
        self._taken.add(found)
        return found


WATCH = "/v1/items:watch"


def agree(case: Case[Any], new: New) -> None:
    """Let *case* keep every rule, if it is meant to be valid; every stream has an end."""
    if case.path == WATCH:
        case.headers["Request-Timeout"] = "0.2"
    if case.meta is not None and case.meta.generation.mode.is_positive:
        _use_one_new_request_id(case, new)
        _create_what_is_new(case, new)
        _name_one_item(case)
        _set_one_condition(case)
        _give_a_name(case)
        _leave_to_the_batch_what_is_its_own(case)
        _leave_out_nul(case)
        _delete_what_is_deleted(case)
        _watch_from_now(case)


def _use_one_new_request_id(case: Case[Any], new: New) -> None:
    """REQUEST_ID_REUSED: it was another request's; or the header contradicts the field."""
    request_id = new.request_id()
    for holder, name in (
        (case.headers, "Idempotency-Key"),
        (case.query, "requestId"),
        (case.body, "requestId"),
    ):
        if isinstance(holder, MutableMapping) and holder.get(name):
            holder[name] = request_id


def _create_what_is_new(case: Case[Any], new: New) -> None:
    """ITEM_ALREADY_EXISTS, for nearly all: the same few ids are generated again and again."""
    body = _body(case)
    if (case.method, case.path) == ("POST", "/v1/items") and body.get("id"):
        body["id"] = new.id(str(body["id"]))


def _name_one_item(case: Case[Any]) -> None:
    """An id in the body must be that of the path."""
    path, body = case.path_parameters or {}, _body(case)
    if "id" in path and "id" in body:
        body["id"] = path["id"]


def _set_one_condition(case: Case[Any]) -> None:
    """If-Match contradicts an etag in the request, and If-None-Match."""
    if "If-Match" in (case.headers or {}):
        _body(case).pop("etag", None)
        (case.query or {}).pop("etag", None)
        if case.method == "PUT":
            case.headers.pop("If-None-Match", None)


def _give_a_name(case: Case[Any]) -> None:
    """A mask may name the name, and a new item needs one: an update must have it then."""
    if case.method == "PATCH":
        _give_a_name_to(case.query or {}, _body(case))
    for write in _body(case).get("writes", ()):
        if update := write.get("update"):
            _give_a_name_to(update, update["item"])


def _give_a_name_to(options: dict[str, Any], item: dict[str, Any]) -> None:
    if options.get("allowMissing") and options.get("updateMask"):
        options["updateMask"] = "*"
    if options.get("allowMissing") or options.get("updateMask"):
        item["name"] = item.get("name") or "Vim"


def _leave_to_the_batch_what_is_its_own(case: Case[Any]) -> None:
    """Writes of a batch that is applied as a whole have no request ids of their own."""
    body = _body(case)
    for write in body.get("writes", ()):
        for request in write.values():
            if request and not body.get("allowPartial"):
                request.pop("requestId", None)
                request.pop("validateOnly", None)


def _leave_out_nul(case: Case[Any]) -> None:
    """Attributes hold no NUL characters, at any depth."""
    if isinstance(case.body, dict):
        case.body = _without_nul(case.body)


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "")
        case dict():
            return {_without_nul(key): _without_nul(each) for key, each in value.items()}
        case list():
            return [_without_nul(each) for each in value]
        case _:
            return value


def _delete_what_is_deleted(case: Case[Any]) -> None:
    """The check `use_after_free` takes a deletion that is only validated for a deletion."""
    if case.method == "DELETE":
        (case.query or {}).pop("validateOnly", None)


def _watch_from_now(case: Case[Any]) -> None:
    """A cursor is valid in the store that gave it, and no client can make one."""
    if case.path == WATCH:
        case.headers.pop("Last-Event-ID", None)
        for name in ("storeId", "fromRevision"):
            (case.query or {}).pop(name, None)


def _body(case: Case[Any]) -> dict[str, Any]:
    return case.body if isinstance(case.body, dict) else {}
