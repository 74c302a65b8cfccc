"""Logging: structlog to standard error, one line for each event."""

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import Processor

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["json", "console"]


def configure_logging(level: Level, style: Format) -> None:
    """Send events of at least *level* to standard error, as JSON or for people."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(_for_machines() if style == "json" else _for_people()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _for_machines() -> tuple[Processor, ...]:
    # Without locals: they hold what callers sent, credentials too.
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return (
        structlog.processors.ExceptionRenderer(tracebacks),
        structlog.processors.JSONRenderer(),
    )


def _for_people() -> tuple[Processor, ...]:
    return (structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),)
