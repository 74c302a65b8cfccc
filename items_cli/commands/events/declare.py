"""`items events declare`: prepare a broker for events."""

import asyncio
import logging

import typer

from items_cli.brokers import SinkUrls, check_brokers, sinks
from items_cli.errors import Failure
from items_events.brokers.broker_url import BrokerUrl
from items_events.brokers.unavailable import BrokerUnavailable


def declare(urls: SinkUrls) -> None:
    """Create what sinks need in their brokers; what exists stays as it is.

    RabbitMQ: a topic exchange, and a quorum queue that is bound to all of it; the command waits
    two seconds, until RabbitMQ would keep the queue through a crash. NATS: a stream. Redis needs
    nothing: the command checks that the key is free.
    """
    check_brokers()
    logging.disable()  # clients of brokers log what is said below, once more and with passwords
    for url in sinks(urls):
        try:
            asyncio.run(_declare(url))
        except BrokerUnavailable as error:
            raise Failure(f"{url.name}: {error}") from error
        typer.echo(f"ready: {url.name}")


async def _declare(url: BrokerUrl) -> None:
    from items_events.broker_clients import open_publisher

    async with open_publisher(url) as publisher:
        await asyncio.sleep(await publisher.declare())
