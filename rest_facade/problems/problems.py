"""Refusals as RFC 9457 problems, and the one table from gRPC codes to HTTP.

A `Problem` is raised wherever a call is refused, and becomes an answer in one place,
`refused`. Its `reason` is a name of `items.v1.ErrorReason`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from grpc import StatusCode
from pydantic_core import to_json
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"

CLIENT_CLOSED_REQUEST = 499
"""The caller has gone: nobody reads this status but the access log."""

HTTP_STATUS: Mapping[StatusCode, int] = MappingProxyType(
    {
        StatusCode.INVALID_ARGUMENT: HTTPStatus.BAD_REQUEST,
        StatusCode.FAILED_PRECONDITION: HTTPStatus.BAD_REQUEST,
        StatusCode.OUT_OF_RANGE: HTTPStatus.BAD_REQUEST,
        StatusCode.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
        StatusCode.PERMISSION_DENIED: HTTPStatus.FORBIDDEN,
        StatusCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
        StatusCode.ALREADY_EXISTS: HTTPStatus.CONFLICT,
        StatusCode.ABORTED: HTTPStatus.CONFLICT,
        StatusCode.RESOURCE_EXHAUSTED: HTTPStatus.TOO_MANY_REQUESTS,
        StatusCode.CANCELLED: CLIENT_CLOSED_REQUEST,
        StatusCode.UNIMPLEMENTED: HTTPStatus.NOT_IMPLEMENTED,
        StatusCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
        StatusCode.DEADLINE_EXCEEDED: HTTPStatus.GATEWAY_TIMEOUT,
        StatusCode.UNKNOWN: HTTPStatus.INTERNAL_SERVER_ERROR,
        StatusCode.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
        StatusCode.DATA_LOSS: HTTPStatus.INTERNAL_SERVER_ERROR,
    }
)

HTTP_STATUS_OF_REASON: Mapping[str, int] = MappingProxyType(
    {
        "REVISION_COMPACTED": HTTPStatus.GONE,
        "REQUEST_TOO_LARGE": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "METHOD_NOT_ALLOWED": HTTPStatus.METHOD_NOT_ALLOWED,
        "UNSUPPORTED_MEDIA_TYPE": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "NOT_ACCEPTABLE": HTTPStatus.NOT_ACCEPTABLE,
        "HOST_NOT_SERVED": HTTPStatus.MISDIRECTED_REQUEST,
    }
)
"""Where HTTP has a status that says more than the gRPC code does."""


PREFIX = "ERROR_REASON_"
"""What the contract's names of reasons begin with."""


class Place(StrEnum):
    """The part of a request that a violation is in."""

    BODY = "body"
    QUERY = "query"
    PATH = "path"
    HEADER = "header"
    FIELD = "field"
    """In the gRPC request; a binding finds the place in the REST one."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with a request.

    *where* is a JSON pointer (RFC 6901) in the body, elsewhere a name.
    """

    place: Place
    where: str
    detail: str
    suggestion: str | None = None

    def to_json(self) -> dict[str, str]:
        """Return the violation as a problem lists it."""
        key = "pointer" if self.place is Place.BODY else "name"
        shown = {"in": self.place.value, key: self.where, "detail": self.detail}
        return shown if self.suggestion is None else shown | {"suggestion": self.suggestion}


class Problem(Exception):
    """A call that is refused, and why: the status, the reason, the details."""

    def __init__(  # noqa: PLR0913  # one argument for each member of the answer
        self,
        code: StatusCode,
        reason: str,
        detail: str,
        *,
        violations: Sequence[Violation] = (),
        metadata: Mapping[str, str] = MappingProxyType({}),
        retry_after: float | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
        status: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.reason = reason
        self.detail = detail
        self.violations = tuple(violations)
        self.metadata = metadata
        self.retry_after = retry_after
        self.headers = headers
        self.status = status or HTTP_STATUS_OF_REASON.get(reason) or HTTP_STATUS[code]

    def but(self, **changes: Any) -> "Problem":
        """Return a new problem with *changes*; an exception is raised to one caller only."""
        members: dict[str, Any] = {name: getattr(self, name) for name in _MEMBERS}
        return Problem(**(members | changes))

    def to_json(self, correlation_id: str) -> dict[str, Any]:
        """Return the members of the problem object."""
        members: dict[str, Any] = {
            "type": problem_type(self.reason),
            "title": title(self.reason),
            "status": int(self.status),
            "detail": self.detail,
            "code": self.code.name,
            "reason": self.reason,
            "requestId": correlation_id,
        }
        if self.violations:
            members["violations"] = [violation.to_json() for violation in self.violations]
        if self.metadata:
            members["metadata"] = dict(self.metadata)
        return members


_MEMBERS = (
    "code",
    "reason",
    "detail",
    "violations",
    "metadata",
    "retry_after",
    "headers",
    "status",
)


def invalid(*violations: Violation, reason: str = "VALIDATION_FAILED") -> Problem:
    """Return the refusal of a request in which *violations* were found, at least one."""
    return Problem(StatusCode.INVALID_ARGUMENT, reason, summary(violations), violations=violations)


def summary(violations: Sequence[Violation]) -> str:
    """Return *violations* as one line of text."""
    return "; ".join(map(_sentence, violations))


def _sentence(found: Violation) -> str:
    hint = f" (did you mean {found.suggestion}?)" if found.suggestion else ""
    return f"{found.where or found.place}: {found.detail}{hint}"


def refused(problem: Problem, correlation_id: str) -> Response:
    """Return the answer to a refused call."""
    response = Response(
        to_json(problem.to_json(correlation_id)),
        status_code=problem.status,
        headers=dict(problem.headers),
        media_type=MEDIA_TYPE,
    )
    if problem.retry_after is not None:
        response.headers["retry-after"] = str(max(1, round(problem.retry_after)))
    return response


def problem_type(reason: str) -> str:
    """Return the URI reference that identifies *reason*; the facade serves a page there."""
    return f"/errors#{slug(reason)}"


def slug(reason: str) -> str:
    """Return *reason* as the anchor of its entry."""
    return reason.lower().replace("_", "-")


def title(reason: str) -> str:
    """Return *reason* in words: the title of every problem of its type."""
    return reason.replace("_", " ").capitalize().replace("json", "JSON")
