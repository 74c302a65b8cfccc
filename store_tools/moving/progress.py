"""How far a move has come: a bar on a terminal, and a line now and then anywhere else."""

import time
from types import TracebackType
from typing import Self

from rich import progress as bars
from rich.console import Console

EVERY_SECONDS = 10.0
"""How long nothing is said where there is no terminal."""


class Progress:
    """Shows how many of *total* changes are copied, on standard error."""

    def __init__(self, total: int) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._bar = bars.Progress(
            bars.TextColumn("{task.description}"),
            bars.BarColumn(),
            bars.MofNCompleteColumn(),
            bars.TextColumn("changes"),
            bars.TimeElapsedColumn(),
            bars.TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
            transient=True,
            redirect_stdout=False,
        )
        self._task = self._bar.add_task("copying", total=total)
        self._total = total
        self._said = self._start = time.monotonic()
        self.count = 0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    @property
    def seconds(self) -> float:
        """How long it has taken by now."""
        return time.monotonic() - self._start

    def copied(self, count: int) -> None:
        """*count* more are copied."""
        self.count += count
        self._bar.update(self._task, completed=self.count)
        if not self._console.is_terminal and time.monotonic() - self._said >= EVERY_SECONDS:
            self._said = time.monotonic()
            self.say(f"{self.count:,} changes copied, of {self._total:,} at the beginning")

    def follows(self) -> None:
        """From now on, nobody knows how many there will be."""
        self._bar.update(self._task, description="following", total=None)

    def say(self, text: str) -> None:
        """Print a line, above the bar."""
        self._console.print(text, markup=False)
