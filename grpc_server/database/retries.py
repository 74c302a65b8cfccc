"""Trying a transaction again that the database has broken off."""

import random
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import structlog

from grpc_server.database.errors import StoreInterrupted

BUDGET_SECONDS = 6.0
"""How long a transaction is tried: less than the time that most callers have."""

_SPREAD = random.SystemRandom()
"""Not the randomness that all share: who repeats a run by its seed cannot tell the writer's."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 1.0

T = TypeVar("T")

_log = structlog.get_logger(__name__)


def persistently(
    act: Callable[[], T],
    *,
    is_wanted: Callable[[], bool] = lambda: True,
    pause: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> T:
    """Do *act*, a whole transaction, again while the database breaks it off.

    For BUDGET_SECONDS, and as long as somebody wants its outcome. Between two tries it
    waits, twice as long each time, and a random part of that, so that replicas do not
    come back together. Blocks.

    Raises:
        StoreInterrupted: the budget is spent; nothing was written.
    """
    end = clock() + BUDGET_SECONDS
    for wait in _pauses():
        try:
            return act()
        except StoreInterrupted as error:
            if clock() + wait > end or not is_wanted():
                raise
            _log.warning("a transaction was broken off, and is tried again", error=str(error))
        pause(wait)
    raise AssertionError("pauses do not end")


def _pauses() -> Iterator[float]:
    ceiling = _FIRST_PAUSE
    while True:
        yield ceiling * _SPREAD.uniform(0.5, 1)
        ceiling = min(ceiling * 2, _LONGEST_PAUSE)
