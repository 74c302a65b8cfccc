"""The level and the form of the logs of the processes that a command starts."""

import os
import sys
from typing import Annotated, Any, Literal

import typer

Level = Literal["debug", "info", "warning", "error"]


def _log_level(shown: str) -> Any:
    """Return the option `--log-level`, whose default is shown as *shown*."""
    return typer.Option(
        "--log-level",
        metavar="LEVEL",
        envvar="ITEMS_LOG_LEVEL",
        help="The least severe line that is logged: debug, info, warning or error;"
        " info has a line for each call.",
        show_default=shown,
    )


LogLevel = Annotated[Level | None, _log_level("info")]
ServeLogLevel = Annotated[Level | None, _log_level("warning on a terminal, else info")]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print nothing but errors: no addresses, no warnings.")
]


def readable_on_a_terminal() -> None:
    """Let the processes log for people if standard error is a terminal and no form is set."""
    if on_a_terminal():
        os.environ.setdefault("ITEMS_LOG_FORMAT", "console")


def log_at(level: Level | None) -> None:
    """Let the processes log lines of at least *level*, if it is set."""
    if level is not None:
        os.environ["ITEMS_LOG_LEVEL"] = level


def on_a_terminal() -> bool:
    """Return whether standard error is a terminal."""
    return sys.stderr.isatty()
