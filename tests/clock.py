"""A clock for tests of what depends on the time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time, in UTC."""
        return self.now

    def move(self, **how_far: float) -> None:
        """Move it on; the arguments are those of a timedelta."""
        self.now += timedelta(**how_far)
