"""Many connections at once: what they send, what they do not read, and that they are many."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from items.v1 import items_pb2 as pb
from tests.abuse.client import Client
from tests.abuse.http1 import (
    LONGEST_WAIT,
    MOST_MEMORY,
    Connection,
    HonestClient,
    Memory,
    connections,
    get,
    post,
    request,
)
from tests.processes import FacadeProcess, ServerProcess

MEBIBYTE = 1024 * 1024
LARGEST = 4 * MEBIBYTE


@pytest.fixture(scope="module")
def large_items(client: Client) -> None:
    """Items that fill a page of 4 MiB."""
    for number in range(64):
        item = pb.Item(id=f"large-{number}", name="Large", labels={"size": "large"})
        item.attributes["text"] = "x" * 60_000
        client.call("ReplaceItem", pb.ReplaceItemRequest(item=item))


@contextmanager
def frozen(process: ServerProcess) -> Iterator[None]:
    """*process* does nothing within the block."""
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


def test_a_hundred_uploads_at_once_stay_within_the_budget(facade: FacadeProcess) -> None:
    upload = post("/v1/items", b'{"name": "' + b" " * (LARGEST - 100) + b'"}')
    refused = 0
    with (
        connections(facade.url(), 100) as greedy,
        HonestClient(facade) as honest,
        Memory(facade.pid) as memory,
    ):
        for part in range(0, len(upload) - MEBIBYTE, MEBIBYTE):
            for connection in greedy:
                connection.send_until_refused(upload[part : part + MEBIBYTE], 1)
        for connection in greedy:
            connection.wait_at_most(0.01)
            refused += connection.receive().startswith(b"HTTP/1.1 503 ")
        with Connection(facade.url()) as other:
            assert other.ask(post("/v1/items", b'{"name": "Small"}')).startswith(b"HTTP/1.1 201 ")
            large = b'{"name": "Large", "description": "' + b"x" * MEBIBYTE + b'"}'
            assert other.ask(post("/v1/items", large)).startswith(b"HTTP/1.1 400 ")
    honest.assert_served()
    assert refused > 20
    assert memory.most < MOST_MEMORY


def test_heads_without_an_end_count_too(facade: FacadeProcess) -> None:
    head = b"GET /v1/items?ids=" + b"x" * 500_000
    with (
        connections(facade.url(), 600) as greedy,
        HonestClient(facade) as honest,
        Memory(facade.pid) as memory,
    ):
        for connection in greedy:
            connection.send_until_refused(head, 1)
        while honest.answers < 20:
            time.sleep(0)
    honest.assert_served()
    assert memory.most < MOST_MEMORY


@pytest.mark.usefixtures("large_items")
def test_answers_that_nobody_reads_stay_within_the_budget(facade: FacadeProcess) -> None:
    page = get("/v1/items?pageSize=1000&filter=labels.size%20%3D%20%22large%22")
    with (
        ExitStack() as stack,
        HonestClient(facade) as honest,
        Memory(facade.pid) as memory,
    ):
        for _ in range(100):
            stalled = stack.enter_context(Connection(facade.url(), receive_buffer=4096))
            stalled.send(page * 4)
            began = honest.answers
            while honest.answers < began + 5:
                time.sleep(0)
    honest.assert_served()
    assert memory.most < MOST_MEMORY


@pytest.mark.usefixtures("large_items")
@pytest.mark.parametrize(
    "path", ["/v1/items?pageSize=1000", "/v1/items:watch?includeSnapshot=true"]
)
def test_a_client_that_reads_nothing_is_cut(hasty: FacadeProcess, path: str) -> None:
    with Connection(hasty.url(), receive_buffer=4096) as stalled:
        stalled.send(get(path))
        assert stalled.receive(12) == b"HTTP/1.1 200"
        until = time.monotonic() + 20
        while (count := hasty.connections()) > 0 and time.monotonic() < until:
            with Connection(hasty.url()) as other:  # a new one: idle ones are closed, too
                other.ask(get("/healthz"))
    assert count == 0


def test_idle_connections_make_room_for_new_ones(crowded: FacadeProcess) -> None:
    with connections(crowded.url(), 60) as idle, Connection(crowded.url()) as new:
        assert new.ask(get("/healthz")).startswith(b"HTTP/1.1 200 ")
        assert idle[0].receive() == b""
        assert idle[-1].ask(get("/healthz")).startswith(b"HTTP/1.1 200 ")


def test_half_a_head_makes_room_for_a_whole_one(crowded: FacadeProcess) -> None:
    with connections(crowded.url(), 20) as greedy:
        for connection in greedy:
            connection.send(get("/healthz")[:20])
        with Connection(crowded.url()) as new:
            assert new.ask(get("/healthz")).startswith(b"HTTP/1.1 200 ")
        assert greedy[0].receive_all().startswith(b"HTTP/1.1 503 ")


def test_a_connection_too_many_is_told_so(crowded: FacadeProcess) -> None:
    with connections(crowded.url(), 20) as watching:
        for connection in watching:
            connection.send(get("/v1/items:watch"))
            assert connection.receive().startswith(b"HTTP/1.1 200 ")
        with Connection(crowded.url()) as new:
            refused = new.receive_all()
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 1\r\n" in refused
    assert json.loads(refused.partition(b"\r\n\r\n")[2])["reason"] == "OVERLOADED"


def test_a_flood_of_connections_keeps_nobody_waiting(facade: FacadeProcess) -> None:
    with HonestClient(facade) as honest, connections(facade.url(), 2000) as flood:
        for connection in flood:
            connection.send_until_refused(b"GET /", 1)
        files = len(list(Path(f"/proc/{facade.pid}/fd").iterdir()))
        with Connection(facade.url()) as new:
            assert new.ask(get("/healthz")).startswith(b"HTTP/1.1 200 ")
    honest.assert_served()
    assert files < 1200


def test_calls_end_at_their_deadline_while_the_server_hangs(
    facade: FacadeProcess, server: ServerProcess
) -> None:
    body = b'{"name": "A"}'
    with connections(facade.url(), 4) as waiting, frozen(server):
        for number, connection in enumerate(waiting):
            path = f"/v1/items/waiting-{number}"
            connection.send(_put(path, body, b"request-timeout: 20"))
        with Connection(facade.url()) as hurried:
            began = time.monotonic()
            answer = hurried.ask(_put("/v1/items/hurried", body, b"request-timeout: 0.2"))
            assert answer.startswith(b"HTTP/1.1 504 ")
            assert time.monotonic() - began < LONGEST_WAIT
        with Connection(facade.url()) as leaving:
            leaving.send(_put("/v1/items/left", body, b"request-timeout: 20"))
            leaving.wait_at_most(0.2)
            leaving.receive()
        wait_until_given_up(facade, "/v1/items/left")
        with Connection(facade.url()) as other:
            other.ask(get("/healthz"))
    with Connection(facade.url()) as reader:
        for number, connection in enumerate(waiting):
            assert reader.ask(get(f"/v1/items/waiting-{number}")) is not None
            del connection
        left = reader.ask(get("/v1/items/left"))  # the server had the call, and may have done it
        assert left.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 404 "))


def wait_until_given_up(facade: FacadeProcess, path: str) -> None:
    """Return when the facade has logged that a client did not wait for *path*."""
    until = time.monotonic() + 20
    while not any(f'"{path}"' in line and '"status":499' in line for line in facade.log):
        assert time.monotonic() < until, facade.log[-20:]
        time.sleep(0)


def _put(path: str, body: bytes, *headers: bytes) -> bytes:
    length = b"content-length: %d" % len(body)
    return request("PUT", path, b"content-type: application/json", length, *headers) + body
