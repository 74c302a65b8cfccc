"""The listener of metrics: at the loopback, no page of another site reads them."""

import asyncio
from http.client import HTTPConnection

import pytest
from prometheus_client import CollectorRegistry

from items_runtime.host_check import answering_own_names
from items_runtime.metrics import metrics_served
from tests.processes import free_port


def status(port: int, host: str) -> int:
    """The status of a scrape that names *host*."""
    connection = HTTPConnection("127.0.0.1", port)
    try:
        connection.request("GET", "/metrics", headers={"host": host})
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", 200),
        ("LOCALHOST:9464", 200),
        ("127.0.0.1:9464", 200),
        ("[::1]:9464", 200),
        ("evil.example", 421),
        ("evil.example:9464", 421),
        ("127.0.0.1.evil.example", 421),
        ("[evil", 421),
    ],
)
async def test_at_the_loopback_only_its_names_are_answered(host: str, expected: int) -> None:
    port = free_port()
    async with metrics_served(CollectorRegistry(), f"127.0.0.1:{port}"):
        assert await asyncio.to_thread(status, port, host) == expected


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.7", "items.example", "::"])  # noqa: S104  # nobody listens
def test_elsewhere_operators_know_the_names(host: str) -> None:
    def application(_: object, __: object) -> list[bytes]:
        return []

    assert answering_own_names(application, host) is application
