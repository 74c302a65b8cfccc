"""The request id: what ties a call to the log lines of every process it passes."""

import re
from contextvars import ContextVar
from typing import Any

import uuid_utils

from grpc_server.serving.interceptors.chain import Context, Method, Unary

HEADER = "x-request-id"

_SANE = re.compile(r"[!-~]{1,128}")

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")
"""The id of the call that the current task answers."""


def request_id(_: Method, proceed: Unary) -> Unary:
    """Take the caller's request id, or make one, and send it back with the trailers."""

    async def call(request: bytes, context: Context) -> Any:
        given = next(
            (value for key, value in context.invocation_metadata() or () if key == HEADER), ""
        )
        chosen = (
            given if isinstance(given, str) and _SANE.fullmatch(given) else str(uuid_utils.uuid7())
        )
        current_request_id.set(chosen)
        context.set_trailing_metadata(((HEADER, chosen),))
        return await proceed(request, context)

    return call
