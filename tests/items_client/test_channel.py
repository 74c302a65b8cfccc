"""The connection notices a server that stands still."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from grpc import StatusCode, aio

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from items_client.channel import OPTIONS
from tests.processes import ServerProcess

HURRIED = {
    "grpc.keepalive_time_ms": 1000,
    "grpc.keepalive_timeout_ms": 500,
    "grpc.http2.ping_timeout_ms": 500,
}
"""The times of these options, so short that a test can wait for them."""


async def test_a_quiet_watch_notices_that_the_server_stands_still(folder: Path) -> None:
    assert set(HURRIED) <= set(dict(OPTIONS))
    options = list({**dict(OPTIONS), **HURRIED}.items())
    with ServerProcess(folder) as server:
        await asyncio.to_thread(server.wait_until_serving)
        async with aio.insecure_channel(server.address, options) as channel:
            call = ItemServiceStub(channel).WatchItems(pb.WatchItemsRequest())
            await call.read()
            os.kill(server.pid, signal.SIGSTOP)
            with pytest.raises(aio.AioRpcError) as raised:
                async with asyncio.timeout(30):
                    await call.read()
    assert raised.value.code() is StatusCode.UNAVAILABLE
