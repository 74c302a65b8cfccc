"""Each figure of the gRPC server changes when it should."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from google.protobuf.duration_pb2 import Duration
from grpc import StatusCode, aio

from grpc_server.database.opening import open_store
from grpc_server.database.store import Store
from grpc_server.main import open_items
from grpc_server.serving.metrics.state import StoreCollector
from grpc_server.settings import Settings
from items.v1 import items_pb2 as pb
from items.v1 import sinks_pb2
from items.v1.items_pb2_grpc import ItemServiceStub
from items.v1.sinks_pb2_grpc import SinkServiceStub
from tests.grpc_server.feed.writing import create
from tests.metrics.conftest import Start
from tests.metrics.scraping import Scrape, metrics_url, scraped, scraped_once
from tests.processes import ServerProcess
from tests.servers import server_settings

ITEMS = "items.v1.ItemService"
SINK = "nats://localhost:4222/items"


async def code_of(call: Awaitable[Any]) -> StatusCode:
    try:
        await call
    except aio.AioRpcError as error:
        return error.code()
    return StatusCode.OK


def handled(scrape: Scrape, method: str, code: str, service: str = ITEMS) -> float:
    return scrape.value(
        "grpc_server_handled_total", grpc_service=service, grpc_method=method, grpc_code=code
    )


def in_flight(scrape: Scrape, method: str) -> float:
    return scrape.value("grpc_server_in_flight", grpc_service=ITEMS, grpc_method=method)


async def acquire(channel: aio.Channel, revision: int = 0) -> sinks_pb2.Sink:
    request = sinks_pb2.AcquireSinkRequest(
        name=SINK, holder="test", lease_duration=Duration(seconds=60), from_revision=revision
    )
    return await SinkServiceStub(channel).AcquireSink(request)


async def test_calls_count_under_their_method_and_code(
    server: ServerProcess, items: ItemServiceStub
) -> None:
    await create(items, "a")
    for _ in range(3):
        await items.GetItem(pb.GetItemRequest(id="a"))
    assert await code_of(items.GetItem(pb.GetItemRequest(id="b"))) is StatusCode.NOT_FOUND
    scrape = await scraped(server)
    assert handled(scrape, "GetItem", "OK") == 3
    assert handled(scrape, "GetItem", "NOT_FOUND") == 1
    labels = {"grpc_service": ITEMS, "grpc_method": "GetItem"}
    assert scrape.value("grpc_server_handling_seconds_count", **labels) == 4
    assert 0 < scrape.value("grpc_server_handling_seconds_sum", **labels) < 30


async def test_names_of_methods_that_do_not_exist_are_one_series(
    server: ServerProcess, channel: aio.Channel
) -> None:
    for number in range(5):
        call: Any = channel.unary_unary(f"/items.v1.ItemService/Guess{number}")
        assert await code_of(call(b"")) is StatusCode.UNIMPLEMENTED
    scrape = await scraped(server)
    assert handled(scrape, "unknown", "UNIMPLEMENTED", "unknown") == 5
    assert scrape.total("grpc_server_handled_total", grpc_code="UNIMPLEMENTED") == 5


async def test_a_watch_is_in_flight_until_it_ends(
    server: ServerProcess, items: ItemServiceStub
) -> None:
    watch = items.WatchItems(pb.WatchItemsRequest())
    await watch.read()
    scrape = await scraped_once(server, lambda seen: bool(seen.value("items_feed_idle_watchers")))
    assert in_flight(scrape, "WatchItems") == 1
    watch.cancel()
    scrape = await scraped_once(server, lambda seen: not in_flight(seen, "WatchItems"))
    assert handled(scrape, "WatchItems", "CANCELLED") == 1
    assert scrape.value("items_feed_idle_watchers") == 0


async def test_the_writes_of_a_commit_are_counted(
    server: ServerProcess, items: ItemServiceStub
) -> None:
    before = await scraped(server)
    await create(items, "a", "b", "c")
    after = await scraped(server)
    commits = [each.value("items_commit_writes_count") for each in (before, after)]
    writes = [each.value("items_commit_writes_sum") for each in (before, after)]
    assert commits[1] - commits[0] == 1
    assert writes[1] - writes[0] == 3
    assert after.value("items_commit_seconds_count") == commits[1]
    assert after.value("items_feed_held_bytes") > before.value("items_feed_held_bytes")


async def test_the_ids_of_a_query_are_counted(
    server: ServerProcess, items: ItemServiceStub
) -> None:
    await items.BatchGetItems(pb.BatchGetItemsRequest(ids=["a", "b", "c", "d"]))
    scrape = await scraped(server)
    at_most = [scrape.value("items_query_ids_bucket", le=size) for size in ("2.0", "4.0")]
    assert at_most[1] - at_most[0] == 1  # readiness asks, too, for less
    assert scrape.value("items_query_seconds_count") == scrape.value("items_query_ids_count")


async def test_the_revision_of_the_store_is_told(
    server: ServerProcess, items: ItemServiceStub
) -> None:
    newest = await create(items, "a", "b")
    scrape = await scraped(server)
    assert scrape.value("items_store_up") == 1
    assert scrape.value("items_store_revision") == newest
    assert scrape.value("items_feed_revision") == newest
    assert scrape.value("items_store_oldest_revision") == 1


async def test_how_far_a_sink_is_behind_is_told(
    server: ServerProcess, channel: aio.Channel, items: ItemServiceStub
) -> None:
    sink = await acquire(channel)
    for name in "abc":
        await create(items, name)
    request = sinks_pb2.AdvanceSinkRequest(
        name=SINK,
        epoch=sink.epoch,
        revision=1,
        lease_duration=Duration(seconds=60),
        last_error="it refuses",
    )
    await SinkServiceStub(channel).AdvanceSink(request)
    scrape = await scraped(server)
    assert scrape.value("items_sink_revision", sink=SINK) == 1
    assert scrape.value("items_sink_lag_revisions", sink=SINK) == 2
    assert scrape.value("items_sink_failing", sink=SINK) == 1
    assert scrape.value("items_sink_state", sink=SINK, state="ACTIVE") == 1
    assert scrape.value("items_sink_state", sink=SINK, state="LOST") == 0


async def test_a_parked_event_is_told(
    server: ServerProcess, channel: aio.Channel, items: ItemServiceStub
) -> None:
    sink = await acquire(channel)
    await create(items, "a")
    request = sinks_pb2.ParkEventRequest(
        name=SINK, epoch=sink.epoch, revision=1, ordinal=0, why="no"
    )
    await SinkServiceStub(channel).ParkEvent(request)
    assert (await scraped(server)).value("items_sink_parked_events", sink=SINK) == 1


async def test_a_lost_sink_counts(
    start: Start, channel: aio.Channel, items: ItemServiceStub
) -> None:
    server = start(history_max_revisions="1", history_sink_bound="0.01", sweep_interval="0.05")
    assert (await scraped(server)).value("items_sinks_lost_total") == 0
    await acquire(channel)
    for name in "abc":
        await create(items, name)
    scrape = await scraped_once(server, lambda seen: bool(seen.value("items_sinks_lost_total")))
    assert scrape.value("items_sinks_lost_total") == 1
    assert scrape.value("items_sink_state", sink=SINK, state="LOST") == 1
    assert scrape.value("items_store_oldest_revision") > 1


async def test_versions_that_are_compacted_count(start: Start, items: ItemServiceStub) -> None:
    server = start(history_max_revisions="1", sweep_interval="0.05")
    await create(items, "a")
    for name in "xyz":
        await items.ReplaceItem(pb.ReplaceItemRequest(item=pb.Item(id="a", name=name)))
    scrape = await scraped_once(server, lambda seen: seen.value("items_store_oldest_revision") == 4)
    assert scrape.value("items_compacted_versions_total") >= 2


async def test_items_that_are_swept_count(start: Start, items: ItemServiceStub) -> None:
    server = start(deleted_retention="0.01", sweep_interval="0.05")
    await create(items, "a")
    await items.DeleteItem(pb.DeleteItemRequest(id="a"))
    scrape = await scraped_once(server, lambda seen: bool(seen.value("items_swept_total")))
    assert scrape.value("items_swept_total") == 1


async def test_a_watcher_that_is_cut_counts(start: Start, items: ItemServiceStub) -> None:
    server = start(watch_buffer_bytes="65536")
    watch = items.WatchItems(pb.WatchItemsRequest())
    await watch.read()
    for number in range(12):
        await create(items, *(f"r{number}-{each}" for each in range(200)), description="x" * 4000)
    while await read(watch):
        pass
    scrape = await scraped(server)
    assert scrape.value("items_watchers_cut_total") == 1
    assert handled(scrape, "WatchItems", "ABORTED") == 1


async def read(watch: "aio.UnaryStreamCall[Any, Any]") -> bool:
    """Whether there was another message."""
    try:
        return await watch.read() is not aio.EOF
    except aio.AioRpcError:
        return False


async def test_writes_that_are_refused_count(server: ServerProcess, items: ItemServiceStub) -> None:
    batches = [
        pb.BatchWriteItemsRequest(
            writes=[
                pb.ItemWrite(create=pb.CreateItemRequest(item=pb.Item(id=f"{n}-{each}", name="x")))
                for each in range(1000)
            ]
        )
        for n in range(20)
    ]
    codes = await asyncio.gather(*(code_of(items.BatchWriteItems(batch)) for batch in batches))
    refused = codes.count(StatusCode.RESOURCE_EXHAUSTED)
    scrape = await scraped(server)
    assert refused > 0
    assert scrape.value("items_overload_refusals_total", queue="writes") == refused
    assert handled(scrape, "BatchWriteItems", "RESOURCE_EXHAUSTED") == refused
    assert handled(scrape, "BatchWriteItems", "OK") == 20 - refused


async def test_a_store_that_does_not_answer_is_told_and_nothing_else_of_it(folder: Path) -> None:
    settings = server_settings(folder)
    with closing(open_store(settings.store)) as store:
        await _check_silent_store(settings, store)


async def _check_silent_store(settings: Settings, store: Store) -> None:
    let_go = Event()
    async with open_items(settings, store) as parts:
        collector = StoreCollector(parts.sinks, asyncio.get_running_loop())
        reads = [
            asyncio.ensure_future(parts.feed.reader.scan(lambda _: let_go.wait())) for _ in range(2)
        ]
        scrape = Scrape(await asyncio.to_thread(lambda: [*collector.collect()]))
        let_go.set()
        await asyncio.gather(*reads)
        assert scrape.total("items_store_up") == 0
        assert [family.name for family in scrape.families if family.samples] == ["items_store_up"]
        scrape = Scrape(await asyncio.to_thread(lambda: [*collector.collect()]))
        assert scrape.value("items_store_up") == 1


async def test_the_version_and_the_process_are_told(server: ServerProcess) -> None:
    scrape = await scraped(server)
    assert scrape.total("items_build_info", component="grpc") == 1
    assert scrape.value("process_resident_memory_bytes") > 0


async def test_openmetrics_is_spoken_to_those_who_ask_for_it(server: ServerProcess) -> None:
    accept = "application/openmetrics-text; version=1.0.0"
    async with httpx.AsyncClient() as client:
        answer = await client.get(metrics_url(server), headers={"accept": accept})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_nothing_listens_unless_it_is_asked_for(folder: Path) -> None:
    with ServerProcess(folder) as server:
        server.wait_until_serving()
        assert not [line for line in server.log if '"metrics"' in line]


@pytest.mark.parametrize("address", ["unix:metrics.sock", "9464", "127.0.0.1:x", "127.0.0.1:65536"])
def test_an_address_that_is_none_is_refused_at_the_start(address: str) -> None:
    command = [sys.executable, "-m", "grpc_server", "--grpc-metrics", address]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert ended.returncode == 2
    assert "ITEMS_GRPC_METRICS" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_address_that_is_taken_is_said_at_the_start(folder: Path, start: Start) -> None:
    taken = metrics_url(start()).removeprefix("http://").removesuffix("/metrics")
    other = folder / "other"
    other.mkdir()
    with ServerProcess(other, grpc_metrics=taken) as server:
        server.kill_after(30)
    assert any(
        "cannot serve" in line and f"{taken}: another program" in line for line in server.log
    ), server.log
