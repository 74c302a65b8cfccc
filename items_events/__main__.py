"""`python -m items_events`: the relay."""

import asyncio
import os
import socket
from contextlib import suppress
from typing import Final
from uuid import uuid4

import structlog

from items_client import ItemsClient
from items_events.brokers.broker_url import publisher_url
from items_events.metrics.relays import RelayMetrics
from items_events.relay.registry import Registry
from items_events.relay.relay import Policy, Relay
from items_events.settings import Settings
from items_events.signals import run_until_stopped
from items_runtime.metrics import metrics_served, process_registry
from items_runtime.process import prepare

STARTUP_TIMEOUT: Final = 15.0
"""Seconds to wait for the service before the first call: both often start together."""

_log = structlog.get_logger("items_events")


async def relay(settings: Settings) -> None:
    """Publish to every broker, each in its own task, until cancelled."""
    urls = [publisher_url(url) for url in settings.events]
    policy = Policy(settings.events_from, settings.events_format)
    measured = process_registry("relay")
    metrics = RelayMetrics(measured, [url.name for url in urls])
    async with (
        metrics_served(measured, settings.relay_metrics),
        ItemsClient(settings.upstream) as items,
        asyncio.TaskGroup() as tasks,
    ):
        _log.info("relaying", upstream=settings.upstream, sinks=[url.name for url in urls])
        await _wait_for_service(items)
        registry = Registry(items, _holder(), settings.events_lease)
        for url in urls:
            tasks.create_task(Relay(url, items, registry, policy, metrics.of(url.name)).run())


async def _wait_for_service(items: ItemsClient) -> None:
    """Wait until the service answers, or STARTUP_TIMEOUT has passed."""
    with suppress(TimeoutError):
        async with asyncio.timeout(STARTUP_TIMEOUT):
            await items.channel.channel_ready()


def main() -> None:
    """Run the relay with settings from flags and ITEMS_* variables."""
    settings = prepare(Settings, "python -m items_events")
    run_until_stopped(relay(settings), settings.log_format)


def _holder() -> str:
    """Return the name of this relay as a lease holder: host and process, and a unique suffix."""
    return f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:12]}"


if __name__ == "__main__":
    main()
