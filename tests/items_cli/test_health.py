"""`items health`, as a container's health check asks it."""

import socket
from pathlib import Path

from grpc_server.main import serving
from tests.items_cli.program import items
from tests.servers import server_settings


async def test_a_server_that_serves_is_healthy(folder: Path) -> None:
    async with serving(server_settings(folder, grpc="127.0.0.1:0")) as address:
        outcome = await items("health", "--grpc", address)
    assert (outcome.code, outcome.out) == (0, f"gRPC at {address}: serving\n")


async def test_a_server_is_asked_where_its_variable_says(folder: Path) -> None:
    async with serving(server_settings(folder, grpc="127.0.0.1:0")) as address:
        anywhere = f"0.0.0.0:{address.rpartition(':')[2]}"
        assert (await items("health", env={"ITEMS_GRPC": anywhere})).code == 0


async def test_what_does_not_serve_is_named() -> None:
    outcome = await items("health", "--grpc", "127.0.0.1:1", "--http", "127.0.0.1:2")
    assert outcome.code == 1
    assert outcome.out.splitlines() == [
        "gRPC at 127.0.0.1:1: not serving: Connection refused",
        "REST at 127.0.0.1:2: not serving: Connection refused",
    ]


async def test_a_server_that_does_not_answer_is_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        outcome = await items("health", "--http", address)
    assert (outcome.code, outcome.out) == (
        1,
        f"REST at {address}: not serving: no answer within 1 s\n",
    )
