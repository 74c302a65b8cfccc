"""`python -m rest_facade`."""

import asyncio
import signal

import structlog
import uvloop

from items_runtime.garbage import settle
from items_runtime.process import failures_told, prepare
from rest_facade.server import serving
from rest_facade.settings import Settings

_log = structlog.get_logger("rest_facade")


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with serving(settings) as address:
        _log.info("serving", http=address, upstream=settings.upstream)
        settle()
        await stop.wait()
        _log.info("draining", at_most=settings.rest_drain.total_seconds())
    _log.info("stopped")


def main() -> None:
    """Run the facade with settings from flags and ITEMS_* variables."""
    settings = prepare(Settings, "python -m rest_facade")
    with failures_told(settings.log_format, OSError):
        uvloop.run(run(settings))


if __name__ == "__main__":
    main()
