"""When a failed call is sent again, and after how long."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from items_client.errors import ItemsError, OutcomeUnknown, Overloaded, Unavailable

_DOUBLINGS = 60
"""More than any wait needs, and less than a float has."""


_RETRIED = (Unavailable, Overloaded, OutcomeUnknown)
"""The last is safe as well: every write of this client has a request id."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Sends a call again while the service is unavailable or overloaded, or knows no outcome.

    A call is sent at most *attempts* times, and never after its deadline. The waits
    double from *first_delay* to *longest_delay* seconds; each is a random part of
    that, so that callers which failed together do not come back together. If the
    service names a delay, the wait is that long or up to half as much longer.

    *randomness* gives a number from 0 to 1.
    """

    attempts: int = 8
    first_delay: float = 0.1
    longest_delay: float = 5.0
    randomness: Callable[[], float] = random.random

    def delay(self, error: ItemsError, attempt: int) -> float | None:
        """Seconds to wait after *attempt* (from 1) failed; None not to try again."""
        if attempt >= self.attempts or not isinstance(error, _RETRIED):
            return None
        if error.retry_delay is not None:
            return max(0.0, error.retry_delay) * (1 + self.randomness() / 2)
        if isinstance(error, Overloaded):
            return None
        return self.pause(attempt)

    def pause(self, attempt: int) -> float:
        """Seconds to wait after *attempt* (from 1) if nobody names a delay."""
        doublings = min(attempt - 1, _DOUBLINGS)
        ceiling = min(self.longest_delay, self.first_delay * 2.0**doublings)
        return ceiling * (1 + self.randomness()) / 2


NEVER = RetryPolicy(attempts=1)
"""Answers with the first error."""
