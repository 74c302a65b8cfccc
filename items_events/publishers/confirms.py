"""Confirmations in flight."""

import asyncio
from collections.abc import Sequence
from typing import TypeVar

from items_events.brokers.unavailable import RESPONSE_TIMEOUT, BrokerUnavailable

T = TypeVar("T")


async def settle(
    confirms: Sequence[asyncio.Future[T]], seconds: float = RESPONSE_TIMEOUT
) -> list[T | BaseException]:
    """Wait for *confirms*, and return their results or exceptions, in order.

    None is pending afterwards.

    Raises:
        BrokerUnavailable: none was confirmed for *seconds*.
    """
    try:
        for confirm in confirms:
            done, _ = await asyncio.wait([confirm], timeout=seconds)
            if not done:
                raise BrokerUnavailable(f"the broker confirmed nothing within {seconds:g} s")
    finally:
        for confirm in confirms:
            confirm.cancel()
        outcomes = await asyncio.gather(*confirms, return_exceptions=True)
    return list(outcomes)
