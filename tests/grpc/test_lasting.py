"""A call whose method name is not UTF-8 breaks a server of grpc.aio: another one takes over."""

import asyncio
from pathlib import Path

import grpc
import pytest
from grpc import aio
from structlog.testing import capture_logs

from grpc_server.main import serving
from items.v1 import items_pb2 as pb
from items.v1 import items_pb2_grpc
from tests.abuse import http2
from tests.grpc.details import refusal
from tests.servers import server_settings


def break_server(address: str) -> None:
    with http2.Connection(address) as connection:
        connection.send(http2.PREFACE, http2.call(b"\xff"), http2.data(http2.message(b"")))
        assert connection.status() == grpc.StatusCode.CANCELLED.value[0]


@pytest.mark.parametrize("grpc_address", ["unix", "127.0.0.1:0"])
async def test_a_broken_server_is_replaced_at_its_address(folder: Path, grpc_address: str) -> None:
    changes = {} if grpc_address == "unix" else {"grpc": grpc_address}
    with capture_logs() as logged:
        async with serving(server_settings(folder, **changes)) as address:
            for number in range(3):
                await asyncio.to_thread(break_server, address)
                async with aio.insecure_channel(address) as channel:
                    items = items_pb2_grpc.ItemServiceStub(channel)
                    request = pb.CreateItemRequest(item=pb.Item(id=f"i{number}", name="x"))
                    written = await items.CreateItem(request, timeout=5, wait_for_ready=True)
                    assert written.revision == number + 1
    # Once grpc.aio takes such a call, nothing is logged here, and lasting.py can go.
    assert [event["log_level"] for event in logged if "broken" in event["event"]] == ["error"] * 3


async def test_calls_under_way_end_in_the_server_that_broke(folder: Path) -> None:
    async with (
        serving(server_settings(folder, min_revision_wait=0.5)) as address,
        aio.insecure_channel(address) as channel,
    ):
        items = items_pb2_grpc.ItemServiceStub(channel)
        waiting = items.GetItem(pb.GetItemRequest(id="vim", min_revision=5))
        await items.ListItems(pb.ListItemsRequest())  # so that the call before it is there too
        await asyncio.to_thread(break_server, address)
        with pytest.raises(aio.AioRpcError) as raised:
            await waiting
    assert refusal(raised.value).reason == "REVISION_NOT_REACHED"
