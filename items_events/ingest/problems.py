"""The problem of a message, after RFC 9457, for the dead letter.

Its `type` and `reason` are those of the REST facade. It has no `status`, since no HTTP is
involved. A problem fits into a header of an AMQP message.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from items.v1 import items_pb2 as pb
from items_client.errors import ItemsError, Overloaded
from items_client.statuses import from_status
from items_protojson.parsing.violations import Invalid

MAX_ENTRIES: Final = 20
"""Violations or rejected writes that a problem lists."""

MAX_TEXT: Final = 500
"""Characters of each text in a problem."""

MAX_BYTES: Final = 32_768
"""Bytes of a problem: a quarter of what RabbitMQ allows for the headers of a message."""


class NotApplicable(Exception):
    """The message cannot be applied; *problem* says why."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(problem["detail"])
        self.problem = problem


def refusal(reason: str, detail: str, code: str = "INVALID_ARGUMENT") -> NotApplicable:
    """Return the error for a message that is rejected before it is sent to the service."""
    return NotApplicable(_problem(code, reason, detail))


def unreadable(error: Invalid) -> NotApplicable:
    """Return the error for a body that is JSON, but not a valid request."""
    problem = _problem("INVALID_ARGUMENT", "VALIDATION_FAILED", str(error))
    listed = [{"pointer": one.pointer, "detail": one.description} for one in error.violations]
    return NotApplicable({**problem, "violations": _cut(listed)})


def refused(error: ItemsError) -> NotApplicable:
    """Return the error for a request that the service rejected."""
    return NotApplicable(_refused(error))


def partly_refused(answer: pb.BatchWriteItemsResponse) -> NotApplicable:
    """Return the error for a request of which some writes were applied, others rejected."""
    errors = [
        {"index": index, **_refused(from_status(result.error))}
        for index, result in enumerate(answer.results)
        if result.HasField("error")
    ]
    detail = f"{len(errors)} of {len(answer.results)} writes were refused, the others applied"
    return NotApplicable(
        {"type": "about:blank", "title": "Writes refused", "detail": detail, "writes": _cut(errors)}
    )


def as_json(problem: Mapping[str, Any]) -> str:
    """Encode *problem* as JSON in at most MAX_BYTES, with shorter lists if necessary."""
    for most in (MAX_ENTRIES, MAX_ENTRIES // 4, 1, 0):
        kept = {
            key: value[:most] if isinstance(value, list) else value
            for key, value in problem.items()
        }
        text = json.dumps(kept, ensure_ascii=False)
        if len(text.encode()) <= MAX_BYTES:
            break
    return text


def _refused(error: ItemsError) -> dict[str, Any]:
    is_too_large = isinstance(error, Overloaded) and not error.reason
    reason = "REQUEST_TOO_LARGE" if is_too_large else error.reason
    problem = _problem(error.code.name, reason, error.message)
    if error.violations:
        found = [{"field": one.field, "detail": one.description} for one in error.violations]
        problem["violations"] = _cut(found)
    if error.metadata:
        problem["metadata"] = {key: text[:MAX_TEXT] for key, text in error.metadata.items()}
    return problem


def _problem(code: str, reason: str, detail: str) -> dict[str, Any]:
    slug = reason.lower().replace("_", "-")
    return {
        "type": f"/errors#{slug}" if reason else "about:blank",
        "title": (reason or code).capitalize().replace("_", " ").replace("json", "JSON"),
        "detail": detail[:MAX_TEXT],
        "code": code,
        "reason": reason,
    }


def _cut(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the first MAX_ENTRIES of *found*, with texts cut to MAX_TEXT characters."""
    return [
        {key: value[:MAX_TEXT] if isinstance(value, str) else value for key, value in one.items()}
        for one in found[:MAX_ENTRIES]
    ]
