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

    What libraries log, uvicorn above all, looks the same; of it, only errors.
    """
    stamps: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    looks: list[Processor] = [_for_people()]
    if style == "json":
        # Without locals: they hold what callers sent, credentials too.
        tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        looks = [structlog.processors.ExceptionRenderer(tracebacks), _render]
    structlog.configure(
        processors=[*stamps, *looks],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[strip, *looks], foreign_pre_chain=stamps
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    handler.addFilter(_can_be_mended)
    logging.basicConfig(handlers=[handler], level=logging.ERROR, force=True)


def _can_be_mended(record: logging.LogRecord) -> bool:
    """Whether anybody here can: gRPC reports metadata that is no text as an error, too."""
    return not (record.name.startswith("grpc.") and str(record.msg).startswith("Invalid encoding"))


def _for_people() -> Processor:
    """Events in the order of their words, coloured on a terminal; of tracebacks, no locals."""
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        sort_keys=False,
        pad_event_to=0,
        exception_formatter=structlog.dev.plain_traceback,
    )


def _render(_: object, __: str, event: EventDict) -> str:
    return to_json(event, fallback=repr).decode()
