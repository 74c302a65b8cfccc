"""Calls are counted here: their codes, their seconds, and those under way."""

import time
from typing import Any

import grpc

from grpc_server.serving.interceptors.chain import Context, Interceptor, Method, Unary
from grpc_server.serving.interceptors.code import code_of
from items_runtime.calls import CallMetrics


def measuring(calls: CallMetrics) -> Interceptor:
    """Count each call in *calls*, with the code that its caller sees."""

    def interceptor(method: Method, proceed: Unary) -> Unary:
        tally = calls.of(method.name)

        async def call(request: bytes, context: Context) -> Any:
            tally.begin()
            began = time.perf_counter()
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
                tally.end(code, time.perf_counter() - began)

        return call

    return interceptor
