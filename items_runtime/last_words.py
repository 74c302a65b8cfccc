"""The last words of a process: why it cannot serve, in one sentence, where a person looks."""

import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import NoReturn

import structlog

from items_runtime.logs import Format

USAGE = 2
"""The exit code of a process whose settings cannot be used, as for a misspelt command."""

FAILED = 1
"""The exit code of a process that could not serve with settings that are right."""

supervisor: ContextVar[Callable[[str], None] | None] = ContextVar("supervisor", default=None)
"""Repeats the cause when the process has ended; None if nobody supervises this process."""

_log = structlog.get_logger(__name__)


def cannot_serve(cause: str, exit_code: int = FAILED, style: Format = "console") -> NoReturn:
    """End the process with *exit_code*, and say the *cause* once.

    A log in JSON gets it as an event; a person reads it as the last line, from the
    supervisor if there is one.
    """
    tell = supervisor.get()
    if tell is not None:
        tell(cause)
    if style == "json":
        _log.error("cannot serve", error=cause)
    elif tell is None:
        print(f"error: {cause}", file=sys.stderr)  # noqa: T201  # the log is not set up, or not read
    sys.exit(exit_code)
