"""Processes that run until a signal stops them: the relay and the ingest."""

import asyncio
import logging
import signal
from collections.abc import Coroutine
from contextlib import closing
from typing import Any

import structlog
import uvloop

from items_events.broker_clients import check_client_libraries
from items_runtime.configuration.extras import MissingExtra
from items_runtime.logs import Format
from items_runtime.process import failures_told

_log = structlog.get_logger("items_events")


def run_until_stopped(work: Coroutine[Any, Any, None], style: Format) -> None:
    """Run *work* until it ends, or SIGTERM or SIGINT cancels it.

    An OSError or a missing extra ends the process with a one-line error message.
    """
    # The client libraries log URLs with passwords. The code that handles a failure logs it.
    logging.disable()
    with failures_told(style, OSError, MissingExtra), closing(work):
        check_client_libraries()
        uvloop.run(_until_stopped(work))


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, task.cancel)
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()
    _log.info("stopped")
