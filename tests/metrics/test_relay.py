"""Each figure of the relay changes when it should."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from items_client import ItemsClient
from items_events.broker_clients import open_publisher
from items_events.brokers.broker_url import publisher_url
from items_events.metrics.relays import RelayMetrics
from tests.items_events.brokers import Redis, free_port, running_redis
from tests.items_events.relaying import caught_up, write
from tests.metrics.conftest import ANYWHERE, Start
from tests.metrics.scraping import Scrape, metrics_url, scraped, scraped_once
from tests.needs import needs
from tests.processes import RelayProcess

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def service(start: Start) -> str:
    """The address of a server."""
    return start(grpc="127.0.0.1:0").said("grpc")


@pytest.fixture
async def client(service: str) -> AsyncIterator[ItemsClient]:
    """A client of that server."""
    async with ItemsClient(service) as client:
        yield client


@pytest.fixture
async def broker(folder: Path) -> AsyncIterator[Redis]:
    """A broker of its own, declared."""
    needs("redis")
    async with running_redis(folder) as broker:
        async with open_publisher(publisher_url(broker.url())) as publisher:
            await publisher.declare()
        yield broker


@asynccontextmanager
async def relaying(service: str, url: str) -> AsyncIterator[RelayProcess]:
    """A relay process that relays."""
    with RelayProcess(service, url, relay_metrics=ANYWHERE, events_lease="1") as relay:
        relay.wait_until_serving()
        yield relay


def figure(scrape: Scrape, name: str, url: str) -> float:
    return scrape.value(f"items_relay_{name}", sink=publisher_url(url).name)


async def test_what_is_published_counts(broker: Redis, client: ItemsClient, service: str) -> None:
    url = broker.url()
    async with relaying(service, url) as relay:
        await write(client, range(10))
        await caught_up(client, url)
        scrape = await scraped(relay)
    assert figure(scrape, "published_events_total", url) == 10
    assert figure(scrape, "revision", url) == 10
    assert figure(scrape, "holds_sink", url) == 1
    batches = figure(scrape, "publish_seconds_count", url)
    assert 1 <= batches <= 10
    assert figure(scrape, "delay_seconds_count", url) == batches
    assert 0 < figure(scrape, "delay_seconds_sum", url) < 60 * batches
    assert scrape.total("items_build_info", component="relay") == 1


async def test_what_is_parked_counts(broker: Redis, client: ItemsClient, service: str) -> None:
    url = broker.url()
    async with relaying(service, url) as relay:
        await write(client, range(1))
        await caught_up(client, url)
        await broker.refuse(2)
        await write(client, range(1, 3))
        await caught_up(client, url)
        scrape = await scraped(relay)
    assert figure(scrape, "parked_events_total", url) == 1
    assert figure(scrape, "published_events_total", url) == 2


async def test_a_broker_that_is_away_counts(service: str) -> None:
    needs("redis")
    url = f"redis://127.0.0.1:{free_port()}"
    async with relaying(service, url) as relay:
        scrape = await scraped_once(relay, lambda seen: figure(seen, "failures_total", url) > 1)
    assert figure(scrape, "published_events_total", url) == 0


async def test_what_waits_for_a_broker_that_is_frozen_is_told(
    broker: Redis, client: ItemsClient, service: str
) -> None:
    url = broker.url()
    async with relaying(service, url) as relay:
        await write(client, range(1))
        await caught_up(client, url)
        broker.freeze()
        await write(client, range(1, 21))
        await scraped_once(relay, lambda seen: figure(seen, "waiting_revisions", url) == 20)
        broker.thaw()
        await scraped_once(relay, lambda seen: figure(seen, "waiting_revisions", url) == 0)


async def test_of_two_relays_one_holds_the_sink(
    broker: Redis, client: ItemsClient, service: str
) -> None:
    url = broker.url()
    async with relaying(service, url) as first:
        await scraped_once(first, lambda seen: figure(seen, "holds_sink", url) == 1)
        async with relaying(service, url) as second:
            await write(client, range(5))
            await caught_up(client, url)
            assert figure(await scraped(second), "holds_sink", url) == 0
            first.kill()
            await scraped_once(second, lambda seen: figure(seen, "holds_sink", url) == 1)


def test_a_clock_that_is_behind_the_servers_makes_no_negative_delay() -> None:
    registry = CollectorRegistry()
    metrics = RelayMetrics(registry, ["a-sink"], clock=lambda: NOW)
    metrics.of("a-sink").published(1, 0.1, NOW - timedelta(seconds=3))
    metrics.of("a-sink").published(1, 0.1, NOW + timedelta(seconds=1))
    assert registry.get_sample_value("items_relay_delay_seconds_sum", {"sink": "a-sink"}) == 3


async def test_an_address_that_is_taken_is_said_at_the_start(broker: Redis, service: str) -> None:
    async with relaying(service, broker.url()) as relay:
        taken = metrics_url(relay).removeprefix("http://").removesuffix("/metrics")
        with RelayProcess(service, broker.url(), relay_metrics=taken) as other:
            other.kill_after(30)
    assert any(
        "cannot serve" in line and f"{taken}: another program" in line for line in other.log
    ), other.log
    assert not any("Traceback" in line for line in other.log)
