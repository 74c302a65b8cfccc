"""The responses of operations, for the OpenAPI document."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from grpc import StatusCode

from items.v1 import errors_pb2
from rest_facade.openapi import examples
from rest_facade.openapi.event_schemas import event_content
from rest_facade.openapi.links import links
from rest_facade.openapi.parameters import ANSWER_HEADERS
from rest_facade.problems.problems import MEDIA_TYPE, PREFIX, Place, problem_type, title
from rest_facade.routes.operations import Operation

ALWAYS = (400, 406, 421, 429, 431, 500, 503, 504)
"""What any operation may be refused with."""

WRITING = (403,)
"""What an operation that changes something may be refused with, too."""

WITH_BODY = (408, 413, 415)
"""What an operation that reads a body may be refused with, too."""

REASONS = [
    name.removeprefix(PREFIX)
    for name in errors_pb2.ErrorReason.DESCRIPTOR.values_by_name
    if not name.endswith("UNSPECIFIED")
]

REFUSALS: Mapping[int, tuple[str, StatusCode, str]] = MappingProxyType(
    {
        400: ("VALIDATION_FAILED", StatusCode.INVALID_ARGUMENT, "The request breaks a rule."),
        403: (
            "ORIGIN_NOT_ALLOWED",
            StatusCode.PERMISSION_DENIED,
            "A page of another site may not write.",
        ),
        404: ("ITEM_NOT_FOUND", StatusCode.NOT_FOUND, "There is no such item, or it is deleted."),
        406: (
            "NOT_ACCEPTABLE",
            StatusCode.INVALID_ARGUMENT,
            "`Accept` excludes every type of answer.",
        ),
        408: ("DEADLINE_EXCEEDED", StatusCode.DEADLINE_EXCEEDED, "The body came too slowly."),
        409: ("ETAG_MISMATCH", StatusCode.ABORTED, "The item is not as the call needs it."),
        410: ("REVISION_COMPACTED", StatusCode.OUT_OF_RANGE, "The revision is not kept any more."),
        412: ("ETAG_MISMATCH", StatusCode.ABORTED, "The condition of a header does not hold."),
        413: ("REQUEST_TOO_LARGE", StatusCode.RESOURCE_EXHAUSTED, "The body is too large."),
        415: ("UNSUPPORTED_MEDIA_TYPE", StatusCode.INVALID_ARGUMENT, "The body is not JSON."),
        421: (
            "HOST_NOT_SERVED",
            StatusCode.PERMISSION_DENIED,
            "The service does not answer to the host that was named.",
        ),
        429: ("OVERLOADED", StatusCode.RESOURCE_EXHAUSTED, "Too many calls wait already."),
        431: ("REQUEST_TOO_LARGE", StatusCode.RESOURCE_EXHAUSTED, "The headers are too large."),
        500: ("INTERNAL", StatusCode.INTERNAL, "A fault of the service."),
        503: ("UPSTREAM_UNAVAILABLE", StatusCode.UNAVAILABLE, "The service does not answer."),
        504: ("DEADLINE_EXCEEDED", StatusCode.DEADLINE_EXCEEDED, "The deadline has passed."),
    }
)
"""For each status: the reason and code of an example, and what it means."""

HEADERS_OF_REFUSAL: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {415: ("Accept",), 429: ("Retry-After",), 503: ("Retry-After",)}
)

VIOLATION: Mapping[str, Any] = {
    "type": "object",
    "description": "One thing that is wrong with a request.",
    "properties": {
        "in": {
            "type": "string",
            "enum": [place.value for place in Place if place is not Place.FIELD],
            "description": "Where in the request.",
        },
        "pointer": {
            "type": "string",
            "description": "In a body: a JSON pointer (RFC 6901), empty for the whole of it.",
        },
        "name": {"type": "string", "description": "Elsewhere: the parameter or header."},
        "detail": {"type": "string", "description": "What is wrong."},
        "suggestion": {"type": "string", "description": "What was probably meant."},
    },
    "required": ["in", "detail"],
}

PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "description": "Why a call was refused. (RFC 9457)",
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Names the reason, and leads to a page about it.",
        },
        "title": {"type": "string", "description": "The reason in words."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What happened, for people."},
        "code": {
            "type": "string",
            "enum": [code.name for code in StatusCode if code is not StatusCode.OK],
            "description": "The gRPC status code.",
        },
        "reason": {
            "type": "string",
            "enum": REASONS,
            "description": "The reason, for programs: branch on it.",
        },
        "violations": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Violation"},
            "description": "Each thing that is wrong with the request.",
        },
        "metadata": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "More about the reason, such as the etag that the item has now.",
        },
        "requestId": {"type": "string", "description": "What the logs know the call by."},
    },
    "required": ["type", "title", "status", "detail", "code", "reason", "requestId"],
}


def answers(operation: Operation, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the responses of *operation* by status; *schema* is that of a success."""
    of_method = (
        *(WRITING if operation.method != "GET" else ()),
        *(WITH_BODY if operation.reads_body else ()),
    )
    refusals = {*ALWAYS, *operation.refusals, *of_method}
    return {
        **{str(status): _success(operation, status, schema) for status in operation.successes},
        **{str(status): _refusal(status) for status in sorted(refusals)},
    }


def _success(operation: Operation, status: int, schema: Mapping[str, Any]) -> dict[str, Any]:
    headers = ["X-Request-Id", *(["ETag"] if operation.answers_item else [])]
    if status == HTTPStatus.NOT_MODIFIED:
        description = "The item is still in a version that the client has."
        return {"description": description, "headers": _headers(headers)}
    created = status == HTTPStatus.CREATED
    return {
        "description": _description(operation, status),
        "headers": _headers([*headers, *(["Location"] if created else [])]),
        "content": {name: _content(operation, name, schema) for name in operation.offered},
        "links": links(operation.rpc),
    }


def _description(operation: Operation, status: int) -> str:
    if operation.streams:
        return "Events, until one side ends the stream."
    if status == HTTPStatus.CREATED:
        return "The item is new."
    if operation.rpc == "CreateItem":
        return "`validateOnly` is set: the item would be created like this."
    return "What was asked for." if operation.method == "GET" else "It is done."


def _content(operation: Operation, media_type: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    if operation.streams:
        return event_content(media_type, schema)
    return {"schema": schema, "example": examples.ANSWERS[operation.rpc]}


def _refusal(status: int) -> dict[str, Any]:
    reason, code, description = REFUSALS[status]
    problem = {
        "type": problem_type(reason),
        "title": title(reason),
        "status": status,
        "detail": description,
        "code": code.name,
        "reason": reason,
        "requestId": "0198c6a4-7c5e-7d3a-9b1e-2f6a5c4d3e2b",
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": description,
        "headers": _headers(["X-Request-Id", *HEADERS_OF_REFUSAL.get(status, ())]),
        "content": {MEDIA_TYPE: {"schema": schema, "example": problem}},
    }


def _headers(names: Iterable[str]) -> dict[str, Any]:
    return {name: ANSWER_HEADERS[name] for name in names}
