"""The names that the facade answers to: its own, and those that it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from rest_facade.middleware.hosts import HostNames
from rest_facade.server import serving
from rest_facade.settings import Settings


@asynccontextmanager
async def facade(**settings: Any) -> AsyncIterator[str]:
    """A facade that needs no server; yields its address."""
    given = {"http": "127.0.0.1:0", "upstream": "unix:/nowhere", "rest_lame_duck": 0, **settings}
    async with serving(Settings(**given)) as address:
        yield address


async def ask(address: str, sent: str) -> str:
    """The answer to *sent*."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(sent.replace("\n", "\r\n").encode())
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
        return (answer + await asyncio.wait_for(reader.read(2000), 20)).decode()
    finally:
        writer.close()


async def status(address: str, host: str, target: str = "/errors") -> int:
    """The status of a GET of *target* that names *host*."""
    answer = await ask(address, f"GET {target} HTTP/1.1\nhost: {host}\n\n")
    return int(answer.split()[1])


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LocalHost:8000",
        "localhost.",
        "127.0.0.1",
        "127.0.0.1:80",
        "[::1]:8000",
        "10.1.2.3",
        "[fe80::1]",
    ],
)
async def test_the_loopback_and_addresses_are_answered(host: str) -> None:
    async with facade() as address:
        assert await status(address, host) == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.nip.example"]
)
async def test_another_name_is_421_but_for_probes(host: str) -> None:
    async with facade() as address:
        answer = await ask(address, f"GET /v1/items HTTP/1.1\nhost: {host}\n\n")
        assert await status(address, host, "/healthz") == 200
        assert await status(address, host, "/readyz") == 503
    assert answer.startswith("HTTP/1.1 421 Misdirected Request\r\n")
    assert "content-type: application/problem+json" in answer
    assert '"reason":"HOST_NOT_SERVED"' in answer
    assert "ITEMS_REST_HOSTS" in answer


async def test_names_that_it_is_told_are_answered() -> None:
    async with facade(rest_hosts="items.example, rest") as address:
        assert await status(address, "items.example:443") == 200
        assert await status(address, "REST") == 200
        assert await status(address, "evil.example") == 421


async def test_all_names_are_answered_if_it_is_told_so() -> None:
    async with facade(rest_hosts="*") as address:
        assert await status(address, "evil.example") == 200


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("", 400),
        ("host: localhost\nhost: localhost\n", 400),
        ("host: localhost\nhost: evil.example\n", 400),
        ("host: localhost, evil.example\n", 400),
        ("host: a b\n", 400),
        ("host: user@localhost\n", 400),
        ("host: \n", 400),
    ],
)
async def test_a_request_names_one_host(headers: str, expected: int) -> None:
    async with facade() as address:
        answer = await ask(address, f"GET /errors HTTP/1.1\n{headers}\n")
    assert int(answer.split()[1]) == expected


async def test_an_old_client_may_name_none() -> None:
    async with facade() as address:
        assert (await ask(address, "GET /errors HTTP/1.0\n\n")).startswith("HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("target", "host", "expected"),
    [
        ("http://localhost/errors", "localhost", 200),
        ("http://localhost:8000/errors", "evil.example", 200),
        ("http://evil.example/errors", "localhost", 421),
        ("http://evil.example", "localhost", 421),
        ("http://localhost?a", "localhost", 200),
        ("https://user@evil.example/errors", "localhost", 400),
        ("evil.example/errors", "localhost", 400),
        ("*", "evil.example", 421),
    ],
)
async def test_the_authority_of_the_target_counts_more_than_the_header(
    target: str, host: str, expected: int
) -> None:
    async with facade() as address:
        assert await status(address, host, target) == expected


@pytest.mark.parametrize(
    ("told", "address", "host", "expected"),
    [
        ([], "items.example:8000", "items.example", True),
        ([], "0.0.0.0:8000", "10.0.0.7", True),
        ([], "0.0.0.0:8000", "localhost", True),
        ([], "0.0.0.0:8000", "items.example", False),
        ([], "[::]:8000", "[2001:db8::1]", True),
        ([], "unix:/run/items.sock", "anything.example", True),
        (["items.example"], "unix:/run/items.sock", "anything.example", False),
        (["Items.Example."], "127.0.0.1:8000", "items.example", True),
    ],
)
def test_who_listens_where_answers_to_which_names(
    told: list[str], address: str, host: str, expected: bool
) -> None:
    assert HostNames(told, address).include(host) is expected
