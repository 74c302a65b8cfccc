"""Connections that break off, stall, or never speak HTTP: the next one is served."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from rest_facade.http.framing import MAX_TARGET_BYTES
from tests.servers import item_service, rest_client

POST = b"POST /v1/items HTTP/1.1\r\nhost: items\r\ncontent-type: application/json\r\n"
GET = b"GET /v1/items HTTP/1.1\r\nhost: items\r\nconnection: close\r\n\r\n"
HEALTH = GET.replace(b"/v1/items", b"/healthz")


class Wire:
    """Connections to the facade, and what it logged about them."""

    def __init__(self, path: str, log: list[Any]) -> None:
        self._path = path
        self.log = log

    async def open(self, sent: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection on which *sent* was sent."""
        reader, writer = await asyncio.open_unix_connection(self._path)
        writer.write(sent)
        await writer.drain()
        return reader, writer

    async def ask(self, sent: bytes) -> bytes:
        """All that comes back on a connection until the facade closes it."""
        reader, writer = await self.open(sent)
        try:
            return await asyncio.wait_for(reader.read(), 20)
        finally:
            writer.close()

    async def is_served(self) -> bool:
        """Whether a good call on a new connection is answered."""
        return (await self.ask(HEALTH)).startswith(b"HTTP/1.1 200 OK\r\n")

    async def status_of(self, path: str) -> int:
        """The status that the access log has for *path*, as soon as it has one."""
        while not (found := [event for event in self.log if event.get("path") == path]):
            await self.is_served()  # gives the facade its turns
        return int(found[0]["status"])

    def faults(self) -> list[Any]:
        """What was logged as an error."""
        return [event for event in self.log if event["log_level"] == "error"]


def problem_in(answer: bytes) -> dict[str, Any]:
    """The problem that is all of *answer*, whose head says the same."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *headers = head.decode().split("\r\n")
    problem: dict[str, Any] = json.loads(body)
    assert status == f"HTTP/1.1 {problem['status']} {HTTPStatus(problem['status']).phrase}"
    assert f"content-length: {len(body)}" in headers
    assert "content-type: application/problem+json" in headers
    assert f"x-request-id: {problem['requestId']}" in headers
    assert "connection: close" in headers
    return problem


@asynccontextmanager
async def wired(folder: Path, **settings: Any) -> AsyncIterator[Wire]:
    """The socket of a running facade, of which no fault may be logged."""
    with capture_logs() as log:
        upstream = f"unix:{folder}/grpc.sock"
        async with item_service(folder), rest_client(folder, upstream, **settings):
            wire = Wire(f"{folder}/http.sock", log)
            yield wire
            assert await wire.is_served()
    assert not wire.faults()


@pytest.fixture
async def wire(folder: Path) -> AsyncIterator[Wire]:
    """A facade as it is by default."""
    async with wired(folder) as wire:
        yield wire


@pytest.fixture
async def hasty(folder: Path) -> AsyncIterator[Wire]:
    """A facade that gives heads hardly any time."""
    async with wired(folder, rest_head_timeout=0.05) as wire:
        yield wire


@pytest.mark.parametrize(
    "sent", [b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
)
async def test_what_is_not_http_is_refused(wire: Wire, sent: bytes) -> None:
    assert problem_in(await wire.ask(sent))["status"] == 400


async def test_a_head_without_an_end_is_431_and_not_kept(wire: Wire) -> None:
    head = (GET.removesuffix(b"\r\n") + b"x-more: y\r\n" * 100_000)[: MAX_TARGET_BYTES + 1]
    problem = problem_in(await wire.ask(head))
    assert (problem["status"], problem["reason"]) == (431, "REQUEST_TOO_LARGE")


async def test_a_refused_head_is_in_the_log_under_the_id_that_the_client_has(wire: Wire) -> None:
    problem = problem_in(await wire.ask(b"GET\r\n\r\n"))
    (logged,) = (event for event in wire.log if event["event"] == "refused")
    assert (logged["status"], logged["correlation_id"]) == (400, problem["requestId"])


async def test_a_thousand_of_the_longest_ids_fit_into_a_url(wire: Wire) -> None:
    ids = "&".join(f"ids={number:0128}" for number in range(1000))
    answer = await wire.ask(GET.replace(b"items", f"items:batchGet?{ids}".encode(), 1))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.count(b"%0128d" % 999) == 1


@pytest.mark.parametrize("sent", [b"", b"GET /v1/items HTTP/1.1\r\nhost:"])
async def test_a_head_that_never_ends_is_408(hasty: Wire, sent: bytes) -> None:
    assert problem_in(await hasty.ask(sent))["status"] == 408


async def test_the_time_for_a_head_begins_anew_with_each_call(hasty: Wire) -> None:
    answer = await hasty.ask(GET.replace(b"close", b"keep-alive") + GET[:30])
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"HTTP/1.1 408 " in answer


async def test_a_client_that_closes_its_half_harms_nobody(wire: Wire) -> None:
    reader, writer = await wire.open(GET.replace(b"close", b"keep-alive"))
    writer.write_eof()
    await asyncio.wait_for(reader.read(), 20)
    writer.close()


@pytest.mark.parametrize("body", [b"", b'{"name":'])
async def test_a_client_that_leaves_within_its_body_is_noted_as_gone(
    wire: Wire, body: bytes
) -> None:
    _, writer = await wire.open(POST + b"content-length: 100\r\n\r\n" + body)
    writer.transport.abort()
    assert await wire.status_of("/v1/items") == 499


async def test_a_body_that_never_comes_is_408_by_the_deadline(wire: Wire) -> None:
    head = POST + b"request-timeout: 0.1\r\nconnection: close\r\ncontent-length: 10\r\n\r\n"
    assert (await wire.ask(head)).startswith(b"HTTP/1.1 408 ")


async def test_a_body_that_is_announced_too_large_is_413_before_it_comes(wire: Wire) -> None:
    head = POST + b"connection: close\r\ncontent-length: 100000000\r\n\r\n"
    assert (await wire.ask(head)).startswith(b"HTTP/1.1 413 ")


async def test_a_client_that_asks_first_is_not_invited_to_send_too_much(wire: Wire) -> None:
    head = POST + b"connection: close\r\nexpect: 100-continue\r\n"
    small = head + b"content-length: 14\r\n\r\n"
    large = head + b"content-length: 100000000\r\n\r\n"
    reader, writer = await wire.open(small)
    assert await reader.readline() == b"HTTP/1.1 100 Continue\r\n"
    writer.write(b'{"name":"Vim"}')
    assert b"201 Created" in await asyncio.wait_for(reader.read(), 20)
    writer.close()
    assert (await wire.ask(large)).startswith(b"HTTP/1.1 413 ")


async def test_a_client_that_leaves_while_it_waits_has_its_call_given_up(wire: Wire) -> None:
    path = b"/v1/items/vim?minRevision=1000"
    _, writer = await wire.open(GET.replace(b"/v1/items", path))
    await asyncio.sleep(0)
    writer.transport.abort()
    async with asyncio.timeout(3):
        assert await wire.status_of("/v1/items/vim") == 499


async def test_requests_in_a_row_on_one_connection_are_each_answered(wire: Wire) -> None:
    answer = await wire.ask(GET.replace(b"close", b"keep-alive") * 3 + GET)
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 4
