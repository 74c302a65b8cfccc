"""What a server tells of a failover, and of a clock that is wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from grpc_server.database.schema import timestamps
from grpc_server.serving.metrics.state import ClockCollector
from grpc_server.writes.commit_time import Timekeeper
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.dialects import new_store_url, stores_on
from tests.grpc_server.feed.writing import create
from tests.metrics.conftest import Start
from tests.metrics.scraping import scraped, scraped_once
from tests.new_stores import engine_at


@pytest.fixture
def postgresql_url(folder: Path) -> Iterator[str]:
    (place := folder / "store").mkdir()
    with stores_on("postgresql", place):
        yield new_store_url(place)


async def test_lost_revisions_count_once_for_each_failover(
    start: Start, items: ItemServiceStub, postgresql_url: str
) -> None:
    server = start(store=postgresql_url, store_poll_interval="0.05")
    for item_id in ("a", "b", "c"):
        await create(items, item_id)
    assert (await scraped(server)).value("items_failovers_total") == 0
    with engine_at(postgresql_url) as engine, engine.begin() as connection:
        connection.execute(text("DELETE FROM changes WHERE revision > 1"))
        connection.execute(text("UPDATE store SET revision = 1, timeline = timeline - 1"))
    scrape = await scraped_once(server, lambda seen: bool(seen.value("items_failovers_total")))
    assert scrape.value("items_failovers_total") == 1
    assert scrape.value("items_lost_revisions_total") == 2
    assert scrape.value("items_feed_revision") == scrape.value("items_store_revision") > 3


async def test_a_clock_that_is_far_from_the_newest_commit_is_not_trusted(
    folder: Path, start: Start
) -> None:
    with engine_at(new_store_url(folder)) as engine, engine.begin() as connection:
        ahead = timestamps.from_datetime(datetime.now(UTC) + timedelta(days=31))
        connection.execute(text("UPDATE store SET commit_time = :ahead"), {"ahead": ahead})
    server = start()
    scrape = await scraped_once(server, lambda seen: not seen.value("items_clock_trusted"))
    assert scrape.value("items_clock_jump_seconds") == 0


def test_a_jump_of_the_clock_is_told_in_seconds() -> None:
    times = iter([datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)])
    keeper = Timekeeper(lambda: next(times), lambda: timedelta(0))
    figures = []
    for _ in range(2):
        keeper.moment(None)
        figures.append([metric.samples[0].value for metric in ClockCollector(keeper).collect()])
    assert figures == [[True, 0], [False, 86400]]
