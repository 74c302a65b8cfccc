"""The errors of a command on a store, as its last line and its exit code."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from items_cli.errors import Failure
from items_cli.output.terminal import say
from items_runtime.os_errors import in_words
from items_runtime.program import INTERRUPTED
from store_tools import StoreError

UNUSABLE = 2
"""The exit code of a command that cannot use a store or a file, as of a misspelt command."""


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn the errors of `store_tools` in the block into an exit code with one line of text.

    Raises:
        Failure: a store or a file cannot be used.
        typer.Exit: the operator interrupted the command, or its output is read no longer.
    """
    try:
        yield
    except BrokenPipeError as error:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(UNUSABLE) from error
    except KeyboardInterrupt as interrupt:
        say("interrupted")
        raise typer.Exit(INTERRUPTED) from interrupt
    except (StoreError, OSError) as error:
        raise Failure(in_words(error), UNUSABLE) from error
