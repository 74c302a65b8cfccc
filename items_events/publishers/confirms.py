"""Confirmations that are under way."""

import asyncio
from collections.abc import Sequence
from typing import TypeVar

from items_events.brokers.unavailable import RESPONSE_TIMEOUT, BrokerUnavailable

T = TypeVar("T")


async def settle(
    confirms: Sequence[asyncio.Future[T]], patience: float = RESPONSE_TIMEOUT
) -> list[T | BaseException]:
    """What came of each of *confirms*, in their order; leaves none under way.

    Raises:
        BrokerUnavailable: for *patience* seconds there was no progress.
    """
    try:
        for confirm in confirms:
            done, _ = await asyncio.wait([confirm], timeout=patience)
            if not done:
                raise BrokerUnavailable(f"the broker confirms nothing within {patience:g} s")
    finally:
        for confirm in confirms:
            confirm.cancel()
        outcomes = await asyncio.gather(*confirms, return_exceptions=True)
    return list(outcomes)
