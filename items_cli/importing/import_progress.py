"""The progress of an import: a bar on a terminal, and each refused line anywhere."""

import os
import stat
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from items_cli.importing.lines import Line
from items_cli.importing.tally import Tally
from items_cli.output.progress import Progress
from items_cli.output.terminal import printable

EVERY = 200
"""The number of lines between two updates of the bar."""


class ImportProgress(Progress):
    """The progress of reading *stream*, a file that is shown as *name*."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self._size = _size(stream)
        super().__init__(name, self._size, _done(0))

    def follow(self, lines: Iterable[Line], tally: Tally) -> Iterator[Line]:
        """Pass *lines* on, and show how many of them *tally* has counted."""
        for line in lines:
            yield line
            if line.number % EVERY == 0:
                read = self._stream.tell() if self._size else 0
                self.update(read, _done(tally.total))

    def refused(self, number: int, reason: str) -> None:
        """Print the place of a refused line and the *reason*, in the form that compilers use."""
        self.say(f"{printable(self._name)}:{number}: {printable(reason)}")


def _size(stream: BinaryIO) -> int | None:
    """Return the length of a regular file; None if the stream has no known end."""
    status = os.fstat(stream.fileno())
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _done(count: int) -> str:
    return f"{count:,} items"
