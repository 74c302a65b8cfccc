"""How far an import has come: a bar on a terminal, and each refused line anywhere."""

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import BinaryIO, Self

from rich import progress as bars
from rich.console import Console

from items_cli.importing.lines import Line
from items_cli.importing.tally import Tally
from items_cli.output.terminal import printable

EVERY = 200
"""Lines between two updates of the bar."""


class Progress:
    """Follows the reading of *stream*, which people know as *name*, on standard error."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self._size = _size(stream)
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._bar = bars.Progress(
            bars.TextColumn("{task.description}"),
            bars.BarColumn(),
            bars.TextColumn("{task.fields[done]:,} items"),
            bars.TimeElapsedColumn(),
            bars.TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task(printable(name), total=self._size, done=0)

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

    def follow(self, lines: Iterable[Line], tally: Tally) -> Iterator[Line]:
        """*lines* as they are; the bar shows how many of them came to a result."""
        for line in lines:
            yield line
            if line.number % EVERY == 0:
                read = self._stream.tell() if self._size else 0
                self._bar.update(self._task, completed=read, done=tally.total)

    def refused(self, number: int, reason: str) -> None:
        """Name a refused line and the reason, as compilers do."""
        line = f"{printable(self._name)}:{number}: {printable(reason)}"
        if self._console.is_terminal:
            self._console.print(line, markup=False)
        else:
            print(line, file=sys.stderr)  # noqa: T201  # rich takes 10 times as long


def _size(stream: BinaryIO) -> int | None:
    """The length of a regular file; None if the stream has no known end."""
    status = os.fstat(stream.fileno())
    return status.st_size if stat.S_ISREG(status.st_mode) else None
