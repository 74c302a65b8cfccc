"""Exponential backoff: the pauses between attempts that fail."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_DOUBLINGS: Final = 60
"""The most doublings: more than any pause needs, and fewer than a float has."""

_RANDOM: Final = random.SystemRandom()
"""A source that no seed repeats, so that a run that is repeated by its seed stays the same."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses that double from *first* to *longest*, in seconds.

    Each is shortened by a random part of at most *jitter*, a fraction, so that processes which
    failed together do not come back together. *randomness* returns a number from 0 to 1.
    """

    first: float
    longest: float
    jitter: float = 0.5
    randomness: Callable[[], float] = _RANDOM.random

    def pause(self, failures: int) -> float:
        """Return the pause, in seconds, after *failures* failed attempts in a row, from 1 on."""
        ceiling = min(self.longest, self.first * 2.0 ** min(failures - 1, _DOUBLINGS))
        return ceiling * (1 - self.jitter * self.randomness())
