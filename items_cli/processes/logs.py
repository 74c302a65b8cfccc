"""The log of what a command starts: how much, and in which form."""

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
    """Let what is started from here log for people, if they see it and want nothing else."""
    if on_a_terminal():
        os.environ.setdefault("ITEMS_LOG_FORMAT", "console")


def log_at(level: Level | None) -> None:
    """Let what is started from here log lines of at least *level*, if one is chosen."""
    if level is not None:
        os.environ["ITEMS_LOG_LEVEL"] = level


def on_a_terminal() -> bool:
    """Whether a person sees the log."""
    return sys.stderr.isatty()
