"""`python -m rest_facade`."""

import asyncio
import signal
import sys

import structlog
import uvloop
from pydantic import ValidationError

from hosting.garbage import settle
from hosting.logs import configure_logging
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
    settings = _settings()
    configure_logging(settings.log_level, settings.log_format)
    try:
        uvloop.run(run(settings))
    except OSError as error:
        _log.error("cannot serve", error=str(error))  # expected: the message says all
        sys.exit(1)


def _settings() -> Settings:
    try:
        return Settings(_cli_parse_args=True, _cli_prog_name="python -m rest_facade")
    except ValidationError as error:
        wrong = (f"{found['loc'][0]}: {found['msg']}" for found in error.errors())
        sys.exit("\n".join(("cannot serve, because of a setting:", *wrong)))


if __name__ == "__main__":
    main()
