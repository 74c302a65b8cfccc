"""Each figure of the ingest changes when it should."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.items_events.brokers import free_port
from tests.items_events.writers import RedisWriter, creation, new_id, redis_writer
from tests.metrics.conftest import ANYWHERE, Start
from tests.metrics.scraping import scraped_once
from tests.needs import needs
from tests.processes import IngestProcess


@pytest.fixture
def service(start: Start) -> str:
    """The address of a server."""
    return start(grpc="127.0.0.1:0").said("grpc")


@pytest.fixture
async def writer(folder: Path) -> AsyncIterator[RedisWriter]:
    """Somebody who sends writes."""
    needs("redis")
    async with redis_writer(folder) as writer:
        yield writer


@asynccontextmanager
async def ingesting(service: str, url: str) -> AsyncIterator[IngestProcess]:
    """The ingest as a process, within the block."""
    with IngestProcess(service, url, ingest_metrics=ANYWHERE) as ingest:
        ingest.wait_until_serving()
        yield ingest


async def test_messages_that_are_applied_and_those_that_cannot_be_count(
    writer: RedisWriter, service: str
) -> None:
    async with ingesting(service, writer.url) as ingest:
        await writer.send(b"nonsense", new_id())
        for name in ("a", "b"):
            await writer.send(creation(name), new_id())
        scrape = await scraped_once(
            ingest, lambda seen: seen.value("items_ingest_message_seconds_count") == 2
        )
    assert scrape.value("items_ingest_dead_letters_total") == 1
    assert scrape.total("items_ingest_failures_total") == 0
    assert scrape.total("items_build_info", component="ingest") == 1


async def test_a_source_that_is_away_counts(service: str) -> None:
    needs("redis")
    async with ingesting(service, f"redis://127.0.0.1:{free_port()}/0?stream=writes") as ingest:
        await scraped_once(
            ingest, lambda seen: seen.value("items_ingest_failures_total", of="source") > 1
        )


async def test_a_service_that_is_away_counts(writer: RedisWriter) -> None:
    async with ingesting(f"127.0.0.1:{free_port()}", writer.url) as ingest:
        await writer.send(creation("a"), new_id())
        scrape = await scraped_once(
            ingest, lambda seen: bool(seen.value("items_ingest_failures_total", of="service"))
        )
    assert scrape.value("items_ingest_message_seconds_count") == 0
