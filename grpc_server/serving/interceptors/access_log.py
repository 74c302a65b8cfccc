"""The account of each call: one line in the access log and one observation in the metrics."""

import time
from typing import Any

import grpc
import structlog

from grpc_server.serving.interceptors.chain import Context, Interceptor, Method, Unary
from grpc_server.serving.interceptors.correlation_id import current_correlation_id
from items_runtime.calls import CallMetrics

_log = structlog.get_logger("grpc_server.access")


def access_log(calls: CallMetrics) -> Interceptor:
    """Log each call and count it in *calls*, with the code that its client sees."""

    def interceptor(method: Method, proceed: Unary) -> Unary:
        tally = calls.of(method.name)

        async def call(request: bytes, context: Context) -> Any:
            tally.begin()
            began = time.perf_counter()
            code = "CANCELLED"
            try:
                response = await proceed(request, context)
            except grpc.aio.AbortError:
                code = _code_of(context)
                raise
            else:
                code = "OK"
                return response
            finally:
                seconds = time.perf_counter() - began
                tally.end(code, seconds)
                _log.info(
                    "call",
                    method=method.name,
                    code=code,
                    ms=round(seconds * 1000, 3),
                    correlation_id=current_correlation_id.get(),
                    peer=context.peer(),
                )

        return call

    return interceptor


def _code_of(context: Context) -> str:
    """Return the name of the code of an aborted call, or its number if it has no name."""
    code: grpc.StatusCode | int = context.code()
    return code.name if isinstance(code, grpc.StatusCode) else str(code)
