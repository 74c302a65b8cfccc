"""What every crash test needs."""

import os
import secrets
from random import Random

import pytest


@pytest.fixture
def random() -> Random:
    """Randomness whose seed is shown when the test fails; CRASH_SEED repeats it."""
    seed = int(os.environ.get("CRASH_SEED") or secrets.randbelow(2**32))
    print(f"CRASH_SEED={seed}")  # noqa: T201  # pytest shows it when the test fails
    return Random(seed)  # noqa: S311  # to be repeated, not secret
