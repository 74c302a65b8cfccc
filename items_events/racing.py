"""Works that live and die together."""

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
