"""The page of the operators lists every metric: as it is named, of which type, with its labels."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from google.protobuf.duration_pb2 import Duration
from grpc import aio
from prometheus_client import Metric

from items.v1 import sinks_pb2
from items.v1.sinks_pb2_grpc import SinkServiceStub
from tests.docs.pages import page, rows
from tests.metrics.scraping import scraped
from tests.processes import (
    FacadeProcess,
    IngestProcess,
    RelayProcess,
    ServerProcess,
    ServiceProcess,
)

ANYWHERE = "127.0.0.1:0"
OF_EVERY_PROCESS = ("process_", "python_")
NOT_LISTED = {"le"}
"""The label of every histogram's buckets."""

Row = list[str]


NOWHERE = "redis://127.0.0.1:1"
"""A broker that is away: what is measured of it is shown from the start."""


@pytest.fixture
async def exposed(folder: Path) -> list[Row]:
    """A row for each metric that the processes show."""
    with ExitStack() as running:
        server = running.enter_context(ServerProcess(folder, grpc_metrics=ANYWHERE))
        server.wait_until_serving()
        facade = FacadeProcess(server.address, rest_metrics=ANYWHERE)
        others: dict[str, ServiceProcess] = {
            "REST": facade,
            "relay": RelayProcess(server.address, NOWHERE, relay_metrics=ANYWHERE),
            "ingest": IngestProcess(
                server.address, f"{NOWHERE}/0?stream=writes", ingest_metrics=ANYWHERE
            ),
        }
        for process in others.values():
            running.enter_context(process)
            process.wait_until_serving()
        await _make_a_sink(server.address)
        async with httpx.AsyncClient(base_url=facade.url()) as rest:
            await rest.get("/v1/items")
        processes = {"gRPC": server, **others}
        return _table({name: (await scraped(each)).families for name, each in processes.items()})


async def _make_a_sink(address: str) -> None:
    async with aio.insecure_channel(address) as channel:
        request = sinks_pb2.AcquireSinkRequest(
            name="a-sink", holder="test", lease_duration=Duration(seconds=60)
        )
        await SinkServiceStub(channel).AcquireSink(request)


def _table(processes: dict[str, Sequence[Metric]]) -> list[Row]:
    table: dict[str, Row] = {}
    for process, families in processes.items():
        for family in families:
            row = [_name(family), family.type, _labels(family), process, family.documentation]
            if (known := table.get(family.name)) is not None:
                row[3] = f"{known[3]}, {process}"
            if not family.name.startswith(OF_EVERY_PROCESS):
                table[family.name] = row
    return list(table.values())


def _name(family: Metric) -> str:
    return f"`{family.name}_total`" if family.type == "counter" else f"`{family.name}`"


def _labels(family: Metric) -> str:
    assert family.samples, f"{family.name} has no samples, and shows no labels"
    names = {label for sample in family.samples for label in sample.labels} - NOT_LISTED
    return ", ".join(f"`{name}`" for name in sorted(names)) or "-"


async def test_every_metric_is_listed_as_it_is(exposed: list[Row]) -> None:
    listed = rows(page("docs/operations.md"), "What is measured")
    assert listed == exposed, "\n".join(f"| {' | '.join(row)} |" for row in exposed)
