"""The relay and the ingest as processes: they run until a signal ends them."""

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

    An OSError of it, or an extra that is missing, ends the process with a sentence.
    """
    # Clients of brokers log URLs with passwords; who sees a failure tells it, once.
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
