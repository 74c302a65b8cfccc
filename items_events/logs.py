"""Logging: structlog to standard error, one line for each event."""

import logging
import sys
from typing import Literal

import structlog
from pydantic_core import to_json
from structlog.typing import EventDict, Processor

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["json", "console"]


def configure_logging(level: Level, style: Format) -> None:
    """Send events of at least *level* to standard error, as JSON or for people.

    What the clients of the brokers log is left out: a failure that matters is told by
    whoever sees it, once, and without the password that a URL may hold.
    """
    looks: list[Processor] = [structlog.dev.ConsoleRenderer()]
    if style == "json":
        # Without locals: they hold what callers sent, credentials too.
        tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        looks = [structlog.processors.ExceptionRenderer(tracebacks), _render]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *looks,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.disable()


def _render(_: object, __: str, event: EventDict) -> str:
    return to_json(event, fallback=repr).decode()
