"""Conditions and idempotency as HTTP has them (RFC 9110, 13), as fields of the RPCs.

A condition that is sent as a header is answered the HTTP way, 304 or 412; the same
condition as a field is answered the gRPC way, 409.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus

from grpc import StatusCode

from items.v1 import items_pb2 as pb
from rest_facade.problems.problems import Place, Problem, Violation, invalid
from rest_facade.requests.entity_tags import EntityTags, read_entity_tags

WriteRequest = (
    pb.CreateItemRequest
    | pb.UpdateItemRequest
    | pb.ReplaceItemRequest
    | pb.DeleteItemRequest
    | pb.UndeleteItemRequest
)

IdempotentRequest = WriteRequest | pb.BatchWriteItemsRequest

CONDITIONS = ("if-match", "if-none-match")

CONDITIONAL_REASONS = frozenset({"ETAG_MISMATCH", "ITEM_ALREADY_EXISTS"})
"""Why a write is refused whose condition does not hold."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def is_current(known: EntityTags | None, etag: str) -> bool:
    """Return whether the client has the version *etag*: `If-None-Match`, compared weakly."""
    return known is not None and (known.any or etag in known.strong + known.weak)


def require_current(expected: EntityTags | None, etag: str) -> None:
    """Pass if `If-Match` allows the version *etag*, or is not there.

    Raises:
        Problem: it allows other versions only.
    """
    if expected is not None and not expected.any and etag not in expected.strong:
        raise Problem(
            StatusCode.ABORTED,
            "ETAG_MISMATCH",
            f"the item is in another version: its etag is `{etag}`",
            metadata={"etag": etag},
            status=HTTPStatus.PRECONDITION_FAILED,
        )


def requires_absence(headers: Mapping[str, str]) -> bool:
    """Return whether the write may only create: `If-None-Match: *`.

    Raises:
        Problem: the header names versions, or contradicts `If-Match`.
    """
    tags = read_entity_tags(headers, "If-None-Match")
    if tags is not None and (not tags.any or "if-match" in headers):
        detail = "must be `*` on a write, without `If-Match` beside it"
        raise invalid(Violation(Place.HEADER, "If-None-Match", detail))
    return tags is not None


def refuse_headers(headers: Mapping[str, str], *names: str) -> None:
    """Refuse conditions that mean nothing here: ignored, they would do harm.

    Raises:
        Problem: one of the headers *names* is there.
    """
    found = [name for name in names if name.lower() in headers]
    if found:
        raise invalid(*(Violation(Place.HEADER, name, "has no meaning here") for name in found))


def identify(request: IdempotentRequest, headers: Mapping[str, str]) -> None:
    """Set the id of *request* to the `Idempotency-Key`, so that it is applied once.

    Raises:
        Problem: the key is no UUID, or *request* has another one as a field.
    """
    if "idempotency-key" not in headers:
        return
    key = _unquoted(headers["idempotency-key"].strip())
    if not _UUID.fullmatch(key):
        raise invalid(Violation(Place.HEADER, "Idempotency-Key", "must be a UUID"))
    if request.request_id not in {"", key}:
        detail = f"contradicts the requestId `{request.request_id}`"
        raise invalid(Violation(Place.HEADER, "Idempotency-Key", detail))
    request.request_id = key


def judge(problem: Problem, headers: Mapping[str, str]) -> Problem:
    """Return *problem*, with status 412 if the condition of a header failed."""
    if problem.reason in CONDITIONAL_REASONS and any(name in headers for name in CONDITIONS):
        return problem.but(status=HTTPStatus.PRECONDITION_FAILED)
    return problem


def _unquoted(text: str) -> str:
    """Return *text* without quotes: the draft standard has them, practice does not."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
