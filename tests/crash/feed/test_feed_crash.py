"""The server, the relay and the brokers are killed at random moments; nobody misses a change."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest

from items_events.broker_clients import open_publisher
from items_events.brokers.broker_url import publisher_url
from tests.crash.feed.campaign import Campaign
from tests.items_events.broker import Broker
from tests.items_events.brokers import RUNNING
from tests.needs import needs

KILLS = {"server": 6, "relay": 6, "redis": 5, "nats": 5, "rabbitmq": 5}
"""How often each of them is killed: RabbitMQ only where the tests can start a node."""


@pytest.fixture
async def brokers(folder: Path) -> AsyncIterator[Sequence[Broker]]:
    """All three, declared."""
    for name in RUNNING:
        needs(name)
    async with AsyncExitStack() as stack:
        running: list[Broker] = []
        for name, begin in RUNNING.items():
            running.append(await stack.enter_async_context(begin(_new(folder / name))))
            async with open_publisher(publisher_url(running[-1].url())) as publisher:
                await publisher.declare()
        yield running


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def _run(campaign: Campaign, kills: Mapping[str, int]) -> None:
    complaints = await campaign.run(kills)
    assert not complaints, "\n".join((f"{len(complaints)} complaints:", *complaints[:30]))
    assert all(watcher.losses for watcher in campaign.watchers), "no watch was ever lost"


@pytest.mark.timeout(180)
async def test_every_change_reaches_everybody_whoever_is_killed(
    folder: Path, brokers: Sequence[Broker], random: Random
) -> None:
    await _run(Campaign(folder, brokers, random), KILLS)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
async def test_every_change_reaches_everybody_through_many_kills(
    folder: Path, brokers: Sequence[Broker], random: Random
) -> None:
    await _run(Campaign(folder, brokers, random), {name: 10 * n for name, n in KILLS.items()})
