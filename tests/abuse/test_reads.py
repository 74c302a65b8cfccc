"""What one client reads delays no other one."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
import psutil
import pytest

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.processes import ServerProcess

COUNT = 300
VALUE = "a" * 60_000
ENDLESS = " OR ".join(f'attributes.x = "*{"a" * 30}{each}*"' for each in "bcdefghijklmnopqrstu")
"""Takes many seconds, of what is stored here."""

MEMORY = 300 * 1024 * 1024


@pytest.fixture(scope="module")
def full_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with 300 items of 60 kB, and a small one."""
    with ServerProcess(tmp_path_factory.mktemp("full")) as process:
        process.wait_until_serving()
        with grpc.insecure_channel(process.address) as channel:
            fill(stub(channel))
        yield process


def stub(channel: grpc.Channel) -> Any:
    return ItemServiceStub(channel)  # type: ignore[arg-type]  # its stubs know aio channels only


def fill(items: Any) -> None:
    for first in range(0, COUNT, 50):
        batch = pb.BatchWriteItemsRequest()
        for number in range(first, first + 50):
            item = batch.writes.add().replace.item
            item.id, item.name = f"large-{number}", "large"
            item.attributes["x"] = VALUE
        items.BatchWriteItems(batch)
    items.ReplaceItem(pb.ReplaceItemRequest(item=pb.Item(id="one", name="one", labels={"a": "b"})))


@pytest.fixture
def honest(full_server: ServerProcess) -> Iterator[Any]:
    with grpc.insecure_channel(full_server.address) as channel:
        yield stub(channel)


@pytest.fixture
def hostile(full_server: ServerProcess) -> Iterator[Any]:
    options = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(full_server.address, options) as channel:
        yield stub(channel)


@contextmanager
def at_once(count: int, call: Callable[[int], object]) -> Iterator[None]:
    """Make *count* calls in the block, each on a thread; how they end does not matter."""
    with ThreadPoolExecutor(count) as threads:
        calls = [threads.submit(call, number) for number in range(count)]
        yield
        for each in calls:
            each.exception()


def waits(items: Any, seconds: float) -> float:
    """Read as an honest client does for *seconds*; gives the longest time that a call took."""
    calls: list[tuple[Any, Any]] = [
        (items.GetItem, pb.GetItemRequest(id="one")),
        (items.BatchGetItems, pb.BatchGetItemsRequest(ids=["one", "none"])),
        (items.ListItems, pb.ListItemsRequest(page_size=10, filter="labels.a = b")),
        (items.ListItemRevisions, pb.ListItemRevisionsRequest(id="one")),
    ]
    longest, ends = 0.0, time.monotonic() + seconds
    while time.monotonic() < ends:
        for call, request in calls:
            began = time.monotonic()
            call(request, timeout=10)
            longest = max(longest, time.monotonic() - began)
    return longest


def test_searches_without_end_delay_no_lookup(honest: Any, hostile: Any) -> None:
    request = pb.ListItemsRequest(filter=ENDLESS, page_size=1000)
    with at_once(20, lambda _: hostile.ListItems(request, timeout=3)):
        assert waits(honest, 2) < 1


def test_a_search_without_end_ends_at_its_deadline(hostile: Any) -> None:
    began = time.monotonic()
    with pytest.raises(grpc.RpcError) as error:
        hostile.ListItems(pb.ListItemsRequest(filter=ENDLESS, page_size=1000), timeout=1)
    assert error.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    found = hostile.ListItems(pb.ListItemsRequest(filter='description = "no"'), timeout=10)
    assert not found.items
    assert time.monotonic() - began < 4  # the threads of searches are free again


def test_long_patterns_delay_no_lookup(honest: Any, hostile: Any) -> None:
    request = pb.ListItemsRequest(filter=f'attributes.x = "*{"a" * 4000}b*"', page_size=1000)
    began = time.monotonic()
    with at_once(3, lambda _: hostile.ListItems(request, timeout=10)):
        assert waits(honest, 1) < 1
    assert time.monotonic() - began < 5


def test_gets_of_all_that_is_large_delay_no_lookup_and_fit_into_memory(
    full_server: ServerProcess, honest: Any, hostile: Any
) -> None:
    ids = [f"large-{n}" for n in range(COUNT)] + [f"none-{n}" for n in range(700)]

    def get(_: int) -> None:
        for _ in range(3):
            with pytest.raises(grpc.RpcError):
                hostile.BatchGetItems(pb.BatchGetItemsRequest(ids=ids), timeout=10)

    with at_once(16, get):
        assert waits(honest, 2) < 1
    assert psutil.Process(full_server.pid).memory_info().rss < MEMORY


def test_pages_of_all_that_is_large_fit_into_memory(
    full_server: ServerProcess, honest: Any, hostile: Any
) -> None:
    orders = ["", "name", "attributes.y", "attributes.x desc"]

    def list_all(number: int) -> None:
        request = pb.ListItemsRequest(page_size=1000, order_by=orders[number % len(orders)])
        hostile.ListItems(request, timeout=10)

    with at_once(16, list_all):
        assert waits(honest, 1) < 1
    assert psutil.Process(full_server.pid).memory_info().rss < MEMORY


def test_writes_of_all_that_is_large_are_refused_and_fit_into_memory(
    full_server: ServerProcess, honest: Any, hostile: Any
) -> None:
    batch = pb.BatchWriteItemsRequest()
    for number in range(COUNT):
        update = batch.writes.add().update
        update.item.id, update.item.description = f"large-{number}", "again"
        update.update_mask.paths.append("description")

    def write(_: int) -> None:
        with pytest.raises(grpc.RpcError, match="too large for one batch"):
            hostile.BatchWriteItems(batch, timeout=10)

    with at_once(8, write):
        assert waits(honest, 1) < 1
    assert psutil.Process(full_server.pid).memory_info().rss < MEMORY


def test_snapshots_that_nobody_takes_delay_no_other_one(honest: Any, hostile: Any) -> None:
    request = pb.WatchItemsRequest(include_snapshot=True)
    asleep = [hostile.WatchItems(request) for _ in range(8)]
    for each in asleep[:4]:
        next(each)  # it has begun, and is not read from any more
    began = time.monotonic()
    watch = honest.WatchItems(request, timeout=30)
    next(watch)
    assert time.monotonic() - began < 4  # four others stand before it, and each has a moment
    for each in (*asleep, watch):
        each.cancel()
