"""The access log: one line for each call, after it."""

import time
from typing import Any

import grpc
import structlog

from grpc_server.serving.interceptors.chain import Context, Method, Unary
from grpc_server.serving.interceptors.code import code_of
from grpc_server.serving.interceptors.request_id import current_request_id

_log = structlog.get_logger("grpc_server.access")


def access_log(method: Method, proceed: Unary) -> Unary:
    """Log the method, the code, how long it took, and who asked."""

    async def call(request: bytes, context: Context) -> Any:
        started = time.perf_counter()
        code = "CANCELLED"
        try:
            response = await proceed(request, context)
        except grpc.aio.AbortError:
            code = code_of(context)
            raise
        else:
            code = "OK"
            return response
        finally:
            _log.info(
                "call",
                method=method.name,
                code=code,
                ms=round((time.perf_counter() - started) * 1000, 3),
                request_id=current_request_id.get(),
                peer=context.peer(),
            )

    return call
