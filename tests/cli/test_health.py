"""`items health`, as a container's health check asks it."""

from pathlib import Path

from grpc_server.main import serving
from tests.cli.program import items
from tests.servers import server_settings


async def test_a_server_that_serves_is_healthy(folder: Path) -> None:
    async with serving(server_settings(folder, grpc="127.0.0.1:0")) as address:
        assert (await items("health", "--grpc", address)).code == 0


async def test_a_server_is_asked_where_its_variable_says(folder: Path) -> None:
    async with serving(server_settings(folder, grpc="127.0.0.1:0")) as address:
        anywhere = f"0.0.0.0:{address.rpartition(':')[2]}"
        assert (await items("health", env={"ITEMS_GRPC": anywhere})).code == 0


async def test_what_does_not_serve_is_named() -> None:
    outcome = await items("health", "--grpc", "127.0.0.1:1", "--http", "127.0.0.1:2")
    assert outcome.code == 1
    assert "gRPC at 127.0.0.1:1 does not serve; REST at 127.0.0.1:2" in outcome.err
