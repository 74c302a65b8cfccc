"""A server of grpc.aio that breaks is replaced by another one at its address."""

import asyncio
import gc
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from operator import attrgetter, methodcaller
from pathlib import Path
from typing import Any

import pytest
from grpc import StatusCode, aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from structlog.testing import capture_logs

from grpc_server.serving.accept_loop import UNKNOWN, steadfast_server
from grpc_server.serving.recovery import LastingServer
from items_runtime.supervision import Supervisor

CHECK = health_pb2.HealthCheckRequest()
HELD = health_pb2.HealthCheckRequest(service="held")
METHODS = [f"/grpc.health.v1.Health/{name}" for name in ("Check", "List", "Watch")]
PATIENCE = 20.0
"""Seconds, for a busy machine."""

RETRIES = """{"methodConfig": [{"name": [{}], "retryPolicy": {
    "maxAttempts": 5, "initialBackoff": "0.05s", "maxBackoff": "1s", "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"]}}]}"""
"""As clients should have it (ADR 13): gRPC cancels calls that come too late for a server."""


class Health(health_pb2_grpc.HealthServicer):  # type: ignore[misc]  # it has no types
    """Answers at once, but for what is *held* until it is let go."""

    def __init__(self) -> None:
        self.held = asyncio.Event()
        self.let_go = asyncio.Event()

    async def Check(self, request: Any, context: Any) -> health_pb2.HealthCheckResponse:  # noqa: ARG002, N802  # gRPC's signature
        """Answer that it serves."""
        if request == HELD:
            self.held.set()
            await self.let_go.wait()
        return health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVING)


class Breakable:
    """A lasting server whose servers can be broken, as an error that nobody knows of would."""

    def __init__(self) -> None:
        self.health = Health()
        self.made = asyncio.Queue[aio.Server]()

    def make(self) -> aio.Server:
        """Make a server, and say so in *made*."""
        server = steadfast_server((), ())
        health_pb2_grpc.add_HealthServicer_to_server(self.health, server)
        self.made.put_nowait(server)
        return server

    @asynccontextmanager
    async def serving(self, address: str, grace: float) -> AsyncIterator[str]:
        """Serve at *address* within the block; yields it with its port."""
        async with LastingServer(self.make, Supervisor(), address, grace) as taken:
            await self.made.get()
            yield taken

    async def break_loop(self) -> set[str]:
        """End the loop of grpc.aio with an error; returns the names of the tasks it leaves."""
        left = set[str]()
        qualname = attrgetter("__qualname__")
        loops = {task for task in asyncio.all_tasks() if "main_loop" in qualname(task.get_coro())}
        (loop,) = loops
        loop.add_done_callback(lambda _: left.update(map(name_of, asyncio.all_tasks())))
        waited_for: Any = loop._fut_waiter  # type: ignore[attr-defined]  # there is no other way in
        waited_for.set_exception(ValueError("a bug"))
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait(loops)
        return left

    async def replaced(self) -> None:
        """Return when a new server is made in the place of the broken one."""
        async with asyncio.timeout(PATIENCE):
            await self.made.get()


name_of = methodcaller("get_name")


@asynccontextmanager
async def stub_of(address: str, *options: tuple[str, Any]) -> AsyncIterator[Any]:
    """A stub over a connection of its own."""
    alone = ("grpc.use_local_subchannel_pool", 1)
    async with aio.insecure_channel(address, options=(alone, *options)) as channel:
        yield health_pb2_grpc.HealthStub(channel)


async def check(stub: Any) -> int:
    answer = await stub.Check(CHECK, timeout=PATIENCE, wait_for_ready=True)
    status: int = answer.status
    return status


@pytest.mark.parametrize("where", ["unix", "127.0.0.1:0"])
async def test_a_broken_server_is_replaced_at_its_address(folder: Path, where: str) -> None:
    asked = f"unix:{folder}/lasting.sock" if where == "unix" else where
    servers = Breakable()
    with capture_logs() as logged:
        async with servers.serving(asked, grace=0.1) as address:
            for _ in range(3):
                await servers.break_loop()
                await servers.replaced()
                async with stub_of(address, ("grpc.service_config", RETRIES)) as stub:
                    await check(stub)
    assert [event["log_level"] for event in logged if "broken" in event["event"]] == ["error"] * 3


async def test_calls_that_come_while_a_broken_server_is_replaced_are_answered() -> None:
    servers = Breakable()
    async with (
        servers.serving("127.0.0.1:0", grace=0.1) as address,
        stub_of(address, ("grpc.service_config", RETRIES)) as stub,
    ):
        for _ in range(3):
            await check(stub)
            async with asyncio.TaskGroup() as clients:
                checking = [clients.create_task(check_again_and_again(stub)) for _ in range(10)]
                await servers.break_loop()
                await servers.replaced()
                await check(stub)
                for client in checking:
                    client.cancel()


async def check_again_and_again(stub: Any) -> None:
    while True:
        await check(stub)


async def test_what_takes_calls_outlives_the_loop_of_a_broken_server() -> None:
    """Else the core writes into memory that is free, and the process may die."""
    servers = Breakable()
    async with servers.serving("127.0.0.1:0", grace=0.1):
        left = await servers.break_loop()
    assert left >= {f"calls of {name}" for name in (*METHODS, UNKNOWN)}


async def test_what_takes_calls_ends_in_silence_when_its_server_does(
    caplog: pytest.LogCaptureFixture,
) -> None:
    servers = Breakable()
    async with servers.serving("127.0.0.1:0", grace=0.1):
        await servers.break_loop()
        await servers.replaced()
    gc.collect()  # which logs the errors that nobody has looked at
    assert "a bug" in caplog.text
    assert "_RequestCallError" not in caplog.text


async def test_a_broken_server_answers_the_calls_under_way() -> None:
    servers = Breakable()
    async with (
        servers.serving("127.0.0.1:0", grace=PATIENCE) as address,
        stub_of(address) as stub,
    ):
        call = stub.Check(HELD, timeout=PATIENCE)
        await servers.health.held.wait()
        await servers.break_loop()
        await servers.replaced()
        servers.health.let_go.set()
        assert (await call).status == health_pb2.HealthCheckResponse.SERVING


async def test_a_call_that_outlasts_the_grace_of_a_broken_server_is_unavailable() -> None:
    servers = Breakable()
    async with servers.serving("127.0.0.1:0", grace=0.1) as address, stub_of(address) as stub:
        call = stub.Check(HELD, timeout=PATIENCE)
        await servers.health.held.wait()
        await servers.break_loop()
        assert await call.code() is StatusCode.UNAVAILABLE


PLAIN = """
import asyncio

from grpc import aio
from grpc_health.v1 import health, health_pb2_grpc

from tests.abuse import http2


def cancelled(address):
    with http2.Connection(address) as connection:
        connection.send(http2.PREFACE, http2.call(b"\\xff"), http2.data(http2.message(b"")))
        print(connection.status(), flush=True)


async def main():
    server = aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(health.aio.HealthServicer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    await asyncio.to_thread(cancelled, f"127.0.0.1:{port}")


asyncio.run(main())
"""
"""A plain server, and a method name that breaks it."""


def test_a_plain_server_still_breaks() -> None:
    """Once grpc.aio answers such a call, steadfast.py and lasting.py can go.

    In a process of its own, which may crash: the core writes into memory that is free.
    """
    ended = subprocess.run(
        [sys.executable, "-c", PLAIN], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.stdout == f"{StatusCode.CANCELLED.value[0]}\n", ended.stderr
