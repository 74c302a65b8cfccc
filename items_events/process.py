"""What the relay and the ingest are as processes: settings in, until a signal ends them."""

import asyncio
import logging
import signal
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog
import uvloop
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from hosting.logs import Format, Level, configure_logging
from items_events.extra import MissingExtra, check_extra

SettingsT = TypeVar("SettingsT", bound=BaseSettings)

_log = structlog.get_logger("items_events")


def read_settings(kind: type[SettingsT], program: str) -> SettingsT:
    """The settings from flags and ITEMS_* variables; ends the process if they are wrong."""
    try:
        return kind(_cli_parse_args=True, _cli_prog_name=program)
    except ValidationError as error:
        wrong = (f"{found['loc'][0]}: {found['msg']}" for found in error.errors())
        sys.exit("\n".join((f"{program} cannot start, because of a setting:", *wrong)))


def run_until_stopped(work: Coroutine[Any, Any, None], level: Level, style: Format) -> None:
    """Run *work* until it ends, or SIGTERM or SIGINT cancels it.

    An OSError of it ends the process with a line in the log: it cannot listen where it is to.
    """
    configure_logging(level, style)
    # Clients of brokers log URLs with passwords; who sees a failure tells it, once.
    logging.disable()
    try:
        check_extra()
    except MissingExtra as error:
        work.close()
        sys.exit(str(error))
    try:
        uvloop.run(_until_stopped(work))
    except OSError as error:
        _log.error("cannot run", error=str(error))  # expected: the message says all
        sys.exit(1)


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, task.cancel)
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()
    _log.info("stopped")
