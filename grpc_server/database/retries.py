"""Trying a transaction again that the database has broken off."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

import structlog

from grpc_server.database.errors import StoreInterrupted
from items_runtime.backoff import Backoff

BUDGET_SECONDS = 6.0
"""How long a transaction is tried: less than the time that most callers have."""

_BACKOFF: Final = Backoff(first=0.02, longest=1.0)

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
    failures = 0
    while True:
        try:
            return act()
        except StoreInterrupted as error:
            failures += 1
            wait = _BACKOFF.pause(failures)
            if clock() + wait > end or not is_wanted():
                raise
            _log.warning("a transaction was broken off, and is tried again", error=str(error))
        pause(wait)
