"""A server of grpc.aio that breaks is replaced by another one at its address."""

import asyncio
from pathlib import Path

import pytest
from grpc import aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from structlog.testing import capture_logs

from grpc_server.lasting import LastingServer
from hosting.supervision import Supervisor
from tests.abuse import http2

CHECK = health_pb2.HealthCheckRequest()


def fragile() -> aio.Server:
    """A plain server, which a method name that is not UTF-8 breaks."""
    server = aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(health.aio.HealthServicer(), server)
    return server


def break_server(address: str) -> None:
    with http2.Connection(address) as connection:
        connection.send(http2.PREFACE, http2.call(b"\xff"), http2.data(http2.message(b"")))
        # Once grpc.aio answers such a call, steadfast.py and lasting.py can go.
        assert connection.status() == 1


@pytest.mark.parametrize("where", ["unix", "127.0.0.1:0"])
async def test_a_broken_server_is_replaced_at_its_address(folder: Path, where: str) -> None:
    asked = f"unix:{folder}/lasting.sock" if where == "unix" else where
    with capture_logs() as logged:
        async with LastingServer(fragile, Supervisor(), asked, grace=0.1) as address:
            for _ in range(3):
                await asyncio.to_thread(break_server, address)
                async with aio.insecure_channel(address) as channel:
                    stub = health_pb2_grpc.HealthStub(channel)
                    await stub.Check(CHECK, timeout=5, wait_for_ready=True)
    assert [event["log_level"] for event in logged if "broken" in event["event"]] == ["error"] * 3
