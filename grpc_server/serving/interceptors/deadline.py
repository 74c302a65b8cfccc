"""Deadlines: a call without one is given one, and none is longer than the maximum."""

import asyncio
from datetime import timedelta
from typing import Any, cast

from grpc_server.items.errors import DeadlinePassed
from grpc_server.serving.interceptors.chain import Context, Interceptor, Method, Unary


def deadline(default: timedelta, maximum: timedelta) -> Interceptor:
    """Give calls without a deadline *default*, and the others at most *maximum*.

    Streams have the deadline of their caller, and no other.
    """
    if_none, at_most = default.total_seconds(), maximum.total_seconds()

    def interceptor(method: Method, proceed: Unary) -> Unary:
        if method.streams:
            return proceed

        async def call(request: bytes, context: Context) -> Any:
            # None without a deadline, other than the type stubs say.
            asked = cast("float | None", context.time_remaining())
            seconds = if_none if asked is None else min(asked, at_most)
            try:
                async with asyncio.timeout(seconds):
                    return await proceed(request, context)
            except TimeoutError as error:
                raise DeadlinePassed(f"no answer within {seconds:.3f} s") from error

        return call

    return interceptor
