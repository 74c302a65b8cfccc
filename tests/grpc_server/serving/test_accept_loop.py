"""A method name that is not UTF-8 is an unknown method, and nothing to anybody else."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

import pytest
from grpc import StatusCode, aio
from grpc._cython import cygrpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from structlog.testing import capture_logs

from grpc_server.main import serving
from grpc_server.serving.accept_loop import AT_ONCE
from items.v1 import items_pb2
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.abuse import http2
from tests.grpc_server.feed.recording import watching
from tests.grpc_server.feed.writing import create
from tests.servers import server_settings

NAMES = [b"\xff", b"\xc3", b"\xed\xa0\x80", b"Nobody", b"x" * 1000]
ITEM_SERVICE = items_pb2.DESCRIPTOR.services_by_name["ItemService"]
UNIMPLEMENTED = StatusCode.UNIMPLEMENTED.value[0]


def call(address: str, name: bytes) -> http2.Connection:
    """Call the method of that *name*, over a connection of its own."""
    connection = http2.Connection(address)
    connection.send(http2.PREFACE, http2.call(name), http2.data(http2.message(b"")))
    return connection


def status_of(address: str, name: bytes) -> int | None:
    with call(address, name) as connection:
        return connection.status()


@pytest.mark.parametrize("engine", ["grpcio", "native"])
async def test_the_watches_of_others_survive_any_method_name(folder: Path, engine: str) -> None:
    settings = server_settings(folder, grpc="127.0.0.1:0", grpc_engine=engine)
    with capture_logs() as logged:
        async with serving(settings) as address, aio.insecure_channel(address) as channel:
            items = ItemServiceStub(channel)
            async with watching(items) as watch:
                for number in range(20):
                    with ExitStack() as calls:
                        for name in NAMES:
                            calls.enter_context(await asyncio.to_thread(call, address, name))
                        await watch.reach(await create(items, f"i{number}"))
                checked = await health_pb2_grpc.HealthStub(channel).Check(
                    health_pb2.HealthCheckRequest()
                )
            assert checked.status == health_pb2.HealthCheckResponse.SERVING
    assert not [line for line in logged if line["log_level"] == "error"]


@pytest.mark.parametrize("name", NAMES)
async def test_a_method_that_nobody_has_is_unimplemented(folder: Path, name: bytes) -> None:
    async with serving(server_settings(folder)) as address:
        assert await asyncio.to_thread(status_of, address, name) == UNIMPLEMENTED


def test_grpc_is_as_the_steadfast_server_knows_it() -> None:
    for name in ("_make_request_call_future", "_request_call", "_request_registered_call"):
        assert callable(getattr(cygrpc.AioServer, name))
    for name in ("_handle_rpc", "_schedule_rpc_coro", "_MethodResolver", "get_working_loop"):
        assert callable(getattr(cygrpc, name))
    assert issubclass(cygrpc.ExecuteBatchError, aio.InternalError)


async def test_many_calls_of_each_method_are_taken_together(folder: Path) -> None:
    """Else, each call waits for several turns of the event loop for each one before it."""
    async with serving(server_settings(folder)):
        taking = [task.get_name() for task in asyncio.all_tasks()]
        for method in ITEM_SERVICE.methods:
            name = f"calls of /{ITEM_SERVICE.full_name}/{method.name}"
            assert taking.count(name) == AT_ONCE
