"""Long work on the event loop, in slices between which others have their turn."""

import asyncio
import time
from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")

SLICE = 0.01
"""Seconds of work after which others have their turn: a small part of what they may wait."""


async def in_slices(work: Generator[None, None, T]) -> T:
    """Do *work*, whose steps are short, and return its result."""
    until = time.perf_counter() + SLICE
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # it is the T of work
        if time.perf_counter() >= until:
            await asyncio.sleep(0)
            until = time.perf_counter() + SLICE
