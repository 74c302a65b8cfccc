from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from items_events.broker_url import sink_url
from items_events.sinks.opening import open_sink
from tests.events.brokers import RUNNING, Broker
from tests.needs import needs


@pytest.fixture(params=sorted(RUNNING))
async def broker(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Broker]:
    """Each of the three, declared."""
    needs(request.param)
    place = folder / "broker"
    place.mkdir()
    async with RUNNING[request.param](place) as running:
        async with open_sink(sink_url(running.url())) as sink:
            await sink.declare()
        yield running
