"""The correlation ID: it ties a call to the log lines of every process that the call passes.

It is not the request ID of a write, which is its idempotency key.
"""

import re
from contextvars import ContextVar
from typing import Any

import uuid_utils

from grpc_server.serving.interceptors.chain import Context, Method, Unary

HEADER = "x-request-id"
"""The metadata key of the correlation ID, as proxies and other services name it."""

_SANE = re.compile(r"[!-~]{1,128}")

current_correlation_id: ContextVar[str] = ContextVar("current_correlation_id", default="")
"""The correlation ID of the call that the current task answers."""


def correlation_id(_: Method, proceed: Unary) -> Unary:
    """Take the client's correlation ID, or make one, and return it in the trailers."""

    async def call(request: bytes, context: Context) -> Any:
        given = next(
            (value for key, value in context.invocation_metadata() or () if key == HEADER), ""
        )
        chosen = (
            given if isinstance(given, str) and _SANE.fullmatch(given) else str(uuid_utils.uuid7())
        )
        current_correlation_id.set(chosen)
        context.set_trailing_metadata(((HEADER, chosen),))
        return await proceed(request, context)

    return call
