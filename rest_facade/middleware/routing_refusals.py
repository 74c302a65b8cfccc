"""The refusals of the router, as problems."""

from http import HTTPStatus

from grpc import StatusCode
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from rest_facade.problems.problems import Problem, refused

_REASONS = {
    HTTPStatus.NOT_FOUND: (StatusCode.NOT_FOUND, "ROUTE_NOT_FOUND"),
    HTTPStatus.METHOD_NOT_ALLOWED: (StatusCode.UNIMPLEMENTED, "METHOD_NOT_ALLOWED"),
}


async def answer_http_exception(request: Request, error: Exception) -> Response:
    """Answer a path that is not served, or not so, as a problem.

    Raises:
        Exception: *error*, if it is of another kind: a bug.
    """
    if not isinstance(error, HTTPException) or error.status_code not in _REASONS:
        raise error
    code, reason = _REASONS[HTTPStatus(error.status_code)]
    detail = f"{request.method} {request.url.path} is not served here"
    problem = Problem(code, reason, detail, headers=dict(error.headers or {}))
    return refused(problem, request.scope["state"]["correlation_id"])
