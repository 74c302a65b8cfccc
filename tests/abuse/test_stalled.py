"""Clients that ask for much and read nothing."""

from collections.abc import Iterator
from pathlib import Path

import grpc
import psutil
import pytest
from google.protobuf.struct_pb2 import Struct

from items.v1 import items_pb2 as pb
from tests.abuse import http2
from tests.abuse.client import Client
from tests.processes import ServerProcess, free_port

MOST_MEMORY = 300 * 1024 * 1024
LIST = http2.message(pb.ListItemsRequest(page_size=1000).SerializeToString())


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[tuple[ServerProcess, str, Client]]:
    """A server of its own, of a few megabytes, at a TCP address; and a client of it."""
    address = f"127.0.0.1:{free_port()}"
    with (
        ServerProcess(tmp_path, grpc=address) as process,
        grpc.insecure_channel(address) as channel,
    ):
        process.wait_until_serving()
        client = Client(channel)
        for batch in range(3):
            client.call("BatchWriteItems", batch_of(batch), timeout=30)
        yield process, address, client


def batch_of(number: int) -> pb.BatchWriteItemsRequest:
    """Items of 60 KB each."""
    request = pb.BatchWriteItemsRequest()
    attributes = Struct()
    attributes["text"] = "x" * 60_000
    for each in range(20):
        item = pb.Item(id=f"i{number}-{each}", name="x", attributes=attributes)
        request.writes.add(replace=pb.ReplaceItemRequest(item=item))
    return request


def memory(process: ServerProcess) -> int:
    return int(psutil.Process(process.pid).memory_info().rss)


def test_answers_that_nobody_reads_take_little_memory(
    filled: tuple[ServerProcess, str, Client],
) -> None:
    server, address, client = filled
    with http2.Connection(address) as asleep:
        asleep.send(http2.PREFACE, http2.window(0))
        for call in range(100):
            asleep.send(http2.on_stream(2 * call + 1, http2.call(b"ListItems"), http2.data(LIST)))
        most = 0
        for _ in range(100):
            answer = client.call("GetItem", pb.GetItemRequest(id="i1-1"), timeout=5)
            assert answer.code == "OK"
            most = max(most, memory(server))
    assert most < MOST_MEMORY


def test_a_thousand_calls_that_are_given_up_at_once_disturb_nobody(
    filled: tuple[ServerProcess, str, Client],
) -> None:
    server, address, client = filled
    for _ in range(10):
        with http2.Connection(address) as hasty:
            hasty.send(http2.PREFACE)
            for call in range(100):
                frames = http2.call(b"ListItems"), http2.data(LIST), http2.RESET
                hasty.send(http2.on_stream(2 * call + 1, *frames))
            answer = client.call("GetItem", pb.GetItemRequest(id="i1-1"), timeout=5)
            assert answer.code == "OK"
    assert memory(server) < MOST_MEMORY
