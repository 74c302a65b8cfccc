"""A copy that follows a store until the operator ends it with a signal."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

from items_cli.output.progress import Progress

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_ENDING = "copying the rest; Ctrl-C again interrupts that"


class Following:
    """The observer of a copy that follows; prints *steps* when the copy has caught up.

    From then on, the first signal ends the following, and the next one interrupts the command.
    """

    def __init__(self, progress: Progress, steps: str) -> None:
        self.ended = Event()
        self._progress = progress
        self._steps = steps
        self._kept = {number: signal.getsignal(number) for number in _SIGNALS}
        self._has_caught_up = False

    def caught_up(self) -> None:
        """Take signals for the end, and print the steps; only the first time."""
        if self._has_caught_up:
            return
        self._has_caught_up = True
        for number in _SIGNALS:
            signal.signal(number, self._end)
        self._progress.become_endless("following")
        self._progress.say(self._steps)

    def warn(self, text: str) -> None:
        """Print the warning *text*."""
        self._progress.say(text)

    def restore(self) -> None:
        """Restore the handlers that the signals had before."""
        for number, handler in self._kept.items():
            signal.signal(number, handler)

    def _end(self, _number: int, _frame: object) -> None:
        self.restore()
        self._progress.say(_ENDING)
        self.ended.set()


@contextmanager
def following(progress: Progress, steps: str) -> Iterator[Following]:
    """Let signals end the following within the block, once the copy has caught up."""
    observer = Following(progress, steps)
    try:
        yield observer
    finally:
        observer.restore()
