"""The time of commits, from a clock that may be wrong.

A commit time is kept for ever, and decides what is removed: a clock that is wrong once must
neither date commits nor empty the trash. Once the clock is trusted, the time goes on as
the machine's steady clock does, and a jump of the clock is not followed. At the start there
is only the newest commit to compare it with: a clock that is far from that is in doubt
for an hour, in which nothing is removed (ADR 16). The store keeps that its newest commits
were dated in doubt, so that no server that starts trusts the clock on their strength.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import structlog

JUMP = timedelta(hours=1)
"""How far the clock may be from where it should be: more is no correction, but a jump."""

PAUSE = timedelta(days=1)
"""How long nothing may have been written before the start, without raising doubt."""

DOUBT = timedelta(hours=1)
"""How long a clock has to go on steadily before it is trusted."""

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux has one that goes on while the machine is suspended."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Moment:
    """The time, and whether it *is_trusted*: otherwise nothing is removed on its strength."""

    now: datetime
    is_trusted: bool = True

    def after(self, newest: datetime | None) -> datetime:
        """Return the time of a commit after that of *newest*, so that times are in order.

        A newest commit that is dated far ahead of a clock that is trusted is of one that
        was wrong: time does not wait for it.
        """
        if newest is None or (self.is_trusted and newest - self.now > JUMP):
            return self.now
        return max(self.now, newest)


def wall_clock() -> datetime:
    """Return the time of this machine, in UTC."""
    return datetime.now(UTC)


def steady_clock() -> timedelta:
    """Return the time since this machine was started, also while it was suspended."""
    return timedelta(seconds=time.clock_gettime(_STEADY))


class _Anchor(NamedTuple):
    """What the two clocks said at one moment."""

    time: datetime
    steady: timedelta

    def at(self, steady: timedelta) -> datetime:
        """Where the clock should be, when the steady one is at *steady*."""
        return self.time + (steady - self.steady)


class Timekeeper:
    """Tells the time of commits. *clock* is only read where the database has none of its own.

    Moments are taken by one thread; the others may look at what became of them.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = wall_clock,
        steady: Callable[[], timedelta] = steady_clock,
    ) -> None:
        self._clock = clock
        self._steady = steady
        self._anchor: _Anchor | None = None
        self._trusted_from = timedelta(0)
        self._is_trusted = True
        self._offset = timedelta(0)

    def __call__(self) -> datetime:
        """Return the time as it goes on from the last moment."""
        return self._clock() if self._anchor is None else self._anchor.at(self._steady())

    @property
    def offset(self) -> timedelta:
        """How far the clock has jumped from the time that is told."""
        return self._offset

    @property
    def is_trusted(self) -> bool:
        """Whether the clock shows the time that is told, and is not in doubt."""
        return self._is_trusted and not self._offset

    def moment(self, newest: datetime | None, told: datetime | None = None) -> Moment:
        """Return the time now: *told* by the database, or by the clock.

        *newest* is the time of the newest commit that was not dated in doubt.
        """
        told, steady = told or self._clock(), self._steady()
        expected = told if self._anchor is None else self._anchor.at(steady)
        has_jumped = abs(told - expected) > JUMP
        if has_jumped and self._is_trusted:
            self._note(told - expected)
            return Moment(expected)
        self._note(timedelta(0))
        is_news = self._anchor is None or has_jumped
        self._anchor = _Anchor(told, steady)
        self._judge(told, steady, newest, is_news=is_news)
        return Moment(told, self._is_trusted)

    def _note(self, jump: timedelta) -> None:
        """Keep how far the clock has jumped, and tell when it does, and when it is back."""
        if bool(jump) != bool(self._offset):
            if jump:
                _log.error(
                    "the clock has jumped, and is not followed: set it right, or, if it is "
                    "right, start the server anew",
                    seconds=jump.total_seconds(),
                )
            else:
                _log.warning("the clock is back where it should be")
        self._offset = jump

    def _judge(
        self, told: datetime, steady: timedelta, newest: datetime | None, *, is_news: bool
    ) -> None:
        """Doubt a new reading that is far from the newest commit, for as long as it takes."""
        if is_news and newest is not None and not -JUMP <= told - newest <= PAUSE:
            self._is_trusted, self._trusted_from = False, steady + DOUBT
            _log.warning(
                "the clock is far from the newest commit: nothing is removed until it has "
                "gone on for an hour",
                clock=told.isoformat(),
                newest_commit=newest.isoformat(),
            )
        elif is_news or steady >= self._trusted_from:
            self._is_trusted = True
