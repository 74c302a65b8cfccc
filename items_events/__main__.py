"""`python -m items_events`: the relay."""

import asyncio
import os
import signal
import socket
import sys
from uuid import uuid4

import structlog
import uvloop
from pydantic import ValidationError

from items_client import ItemsClient
from items_events.broker_url import sink_url
from items_events.extra import MissingExtra, check_extra
from items_events.logs import configure_logging
from items_events.registry import Registry
from items_events.relay import Policy, Relay
from items_events.settings import Settings

_log = structlog.get_logger("items_events")


async def relay(settings: Settings) -> None:
    """Relay to every sink, each on its own, until it is cancelled."""
    policy = Policy(settings.events_from, settings.events_format)
    async with ItemsClient(settings.upstream) as items, asyncio.TaskGroup() as tasks:
        registry = Registry(items, _holder(), settings.events_lease)
        for url in map(sink_url, settings.events):
            tasks.create_task(Relay(url, items, registry, policy).run())


async def run(settings: Settings) -> None:
    """Relay until SIGTERM or SIGINT."""
    relaying = asyncio.create_task(relay(settings))
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, relaying.cancel)
    _log.info("relaying", upstream=settings.upstream, sinks=_names(settings))
    await asyncio.wait([relaying])
    if not relaying.cancelled():
        relaying.result()
    _log.info("stopped")


def main() -> None:
    """Relay with settings from flags and ITEMS_* variables."""
    settings = _settings()
    configure_logging(settings.log_level, settings.log_format)
    try:
        check_extra()
    except MissingExtra as error:
        sys.exit(f"cannot relay: {error}")
    uvloop.run(run(settings))


def _settings() -> Settings:
    try:
        return Settings(_cli_parse_args=True, _cli_prog_name="python -m items_events")
    except ValidationError as error:
        wrong = (f"{found['loc'][0]}: {found['msg']}" for found in error.errors())
        sys.exit("\n".join(("cannot relay, because of a setting:", *wrong)))


def _holder() -> str:
    """Who holds a lease: for people the host and the process, and never the same twice."""
    return f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:12]}"


def _names(settings: Settings) -> list[str]:
    return [sink_url(url).name for url in settings.events]


if __name__ == "__main__":
    main()
