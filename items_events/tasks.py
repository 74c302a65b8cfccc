"""Works that live and die together, and that end when they are told to."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def race(*works: Coroutine[Any, Any, None]) -> None:
    """Run *works* until one of them ends, and end the others; raises what it raised."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def check_cancelled() -> None:
    """Raise CancelledError if this task was cancelled before: for loops that go on for ever.

    Libraries that use `asyncio.wait_for` swallow a cancellation that comes at the moment
    of a result, until Python 3.12 (https://github.com/python/cpython/issues/86296).
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
