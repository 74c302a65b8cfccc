"""Tasks that end together, and that end when they are cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def race(*works: Coroutine[Any, Any, None]) -> None:
    """Run *works* until one of them ends, then cancel the others. Raises what that one raised."""
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
    """Raise CancelledError if this task has been cancelled. For use in endless loops.

    Before Python 3.12, `asyncio.wait_for` swallows a cancellation that arrives together
    with a result (https://github.com/python/cpython/issues/86296).
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
