"""A copy that follows a store, until somebody asks for the end of it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

from store_tools.moving.progress import Progress

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_ENDING = "copying the rest; Ctrl-C again interrupts that"


class Following:
    """Tells of a move that follows; *steps* are what to do next, when the copy has caught up.

    From then on, the first signal asks for the end, and the next ones interrupt, as before.
    """

    def __init__(self, shown: Progress, steps: str) -> None:
        self.ended = Event()
        self._shown = shown
        self._steps = steps
        self._kept = {number: signal.getsignal(number) for number in _SIGNALS}
        self._has_caught_up = False

    def caught_up(self) -> None:
        """The copy has come to where the original stood a moment ago."""
        if self._has_caught_up:
            return
        self._has_caught_up = True
        for number in _SIGNALS:
            signal.signal(number, self._end)
        self._shown.follows()
        self._shown.say(self._steps)

    def warn(self, text: str) -> None:
        """Something is amiss, or no more."""
        self._shown.say(text)

    def restore(self) -> None:
        """Let signals do what they did before."""
        for number, handler in self._kept.items():
            signal.signal(number, handler)

    def _end(self, _number: int, _frame: object) -> None:
        self.restore()
        self._shown.say(_ENDING)
        self.ended.set()


@contextmanager
def following(shown: Progress, steps: str) -> Iterator[Following]:
    """Let signals be taken as requests to end, once the copy has caught up."""
    told = Following(shown, steps)
    try:
        yield told
    finally:
        told.restore()
