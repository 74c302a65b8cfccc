"""Readiness: one of the servers behind a channel serves."""

import asyncio
from collections.abc import Awaitable, Callable

from grpc import aio
from grpc_health.v1.health_pb2 import HealthCheckResponse

Ask = Callable[[float], Awaitable[HealthCheckResponse]]
"""Asks the server whose turn it is, which has so many seconds to answer."""

PATIENCE = 2.0
"""Seconds until all servers must have answered."""

QUESTIONS = 5
"""With each server asked in its turn, so many of them are."""

PAUSE = 0.1
"""Seconds after which the next server is asked, whether the one before answers or not."""


async def one_serves(ask: Ask) -> bool:
    """Return whether one of the servers that *ask* reaches reports SERVING."""
    end = asyncio.get_running_loop().time() + PATIENCE
    asked: set[asyncio.Task[bool]] = set()
    try:
        for left in reversed(range(QUESTIONS)):
            asked.add(asyncio.create_task(_serves(ask, end)))
            if await _first_yes(asked, PAUSE if left else PATIENCE):
                return True
        return False
    finally:
        for question in asked:
            question.cancel()


async def _first_yes(asked: set[asyncio.Task[bool]], seconds: float) -> bool:
    """Return whether one of *asked* is true within *seconds*; remove those that are false."""
    try:
        async with asyncio.timeout(seconds):
            while asked:
                done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
                asked -= done
                if any(question.result() for question in done):
                    return True
    except TimeoutError:
        pass
    return False


async def _serves(ask: Ask, end: float) -> bool:
    seconds = end - asyncio.get_running_loop().time()
    try:
        answer = await ask(seconds)
    except aio.AioRpcError:
        return False
    return bool(answer.status == HealthCheckResponse.SERVING)
