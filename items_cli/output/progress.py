"""A progress bar on standard error, and the lines above it."""

import sys
from types import TracebackType
from typing import Self

from rich import progress as bars
from rich.console import Console

from items_cli.output.terminal import printable


class Progress:
    """A progress bar on standard error; nothing but its lines where that is no terminal.

    The bar is full at *total*, whatever the caller counts; *done* is the text beside it.
    Without a total, the bar shows only that work is under way.
    """

    def __init__(self, name: str, total: int | None, done: str) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self.is_shown = self._console.is_terminal
        self._bar = bars.Progress(
            bars.TextColumn("{task.description}"),
            bars.BarColumn(),
            bars.TextColumn("{task.fields[done]}"),
            bars.TimeElapsedColumn(),
            bars.TimeRemainingColumn(),
            console=self._console,
            disable=not self.is_shown,
            transient=True,
            redirect_stdout=False,
        )
        self._task = self._bar.add_task(printable(name), total=total, done=done)

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

    def update(self, completed: int, done: str) -> None:
        """Fill the bar up to *completed*, with the text *done* beside it."""
        self._bar.update(self._task, completed=completed, done=done)

    def become_endless(self, name: str) -> None:
        """Show work called *name*, without a known end, from now on."""
        self._bar.update(self._task, description=printable(name), total=None)

    def say(self, text: str) -> None:
        """Print *text* above the bar."""
        if self.is_shown:
            self._console.print(text, markup=False)
        else:
            print(text, file=sys.stderr)  # noqa: T201  # rich takes 10 times as long
