"""The refusals of the protocol itself, logged and written here as no middleware sees them."""

from http import HTTPStatus

import structlog
import uuid_utils
from grpc import StatusCode

from rest_facade.problems.problems import Problem, refused


def too_large(detail: str) -> Problem:
    """Return the refusal of a head, or a body's framing, that exceeds its limit."""
    status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    return Problem(StatusCode.RESOURCE_EXHAUSTED, "REQUEST_TOO_LARGE", detail, status=status)


def too_late(seconds: float) -> Problem:
    """Return the refusal of a head that did not arrive within *seconds*."""
    detail = f"the request line and headers did not come within {seconds:g} s"
    status = HTTPStatus.REQUEST_TIMEOUT
    return Problem(StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", detail, status=status)


def malformed() -> Problem:
    """Return the refusal of bytes that are not HTTP/1.1."""
    detail = "the request is not valid HTTP/1.1"
    return Problem(StatusCode.INVALID_ARGUMENT, "VALIDATION_FAILED", detail)


def too_many_connections() -> Problem:
    """Return the refusal of a connection while all others are busy."""
    return _overloaded("the facade has as many connections as it takes; try again")


def too_many_bytes() -> Problem:
    """Return the refusal of a request while unanswered ones exceed the budget."""
    return _overloaded("too much is being sent to the facade at once; try again")


def written(problem: Problem, peer: tuple[str, int] | None) -> bytes:
    """Log *problem* and return its bytes as the last answer of the connection to *peer*."""
    correlation_id = str(uuid_utils.uuid7())
    structlog.get_logger("rest_facade.access").info(
        "refused",
        status=int(problem.status),
        correlation_id=correlation_id,
        peer="{}:{}".format(*peer) if peer else "",
    )
    response = refused(problem, correlation_id)
    headers = [*response.raw_headers, (b"x-request-id", correlation_id.encode())]
    lines = [
        f"HTTP/1.1 {int(problem.status)} {HTTPStatus(problem.status).phrase}".encode(),
        *(name + b": " + value for name, value in headers),
        b"connection: close",
    ]
    return b"\r\n".join([*lines, b"", bytes(response.body)])


def _overloaded(detail: str) -> Problem:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return Problem(
        StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED", detail, status=status, retry_after=1.0
    )
