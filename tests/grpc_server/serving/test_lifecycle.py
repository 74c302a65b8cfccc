import asyncio
from pathlib import Path

import pytest
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from grpc_server.database.errors import StoreLocked
from grpc_server.main import SERVICES, serving
from items.v1 import items_pb2 as pb
from items.v1 import items_pb2_grpc
from tests.servers import item_service, server_settings


async def test_health_is_serving_for_the_server_and_each_service(folder: Path) -> None:
    async with (
        serving(server_settings(folder)) as address,
        aio.insecure_channel(address) as channel,
    ):
        health = health_pb2_grpc.HealthStub(channel)
        for service in ("", *SERVICES):
            answer = await health.Check(health_pb2.HealthCheckRequest(service=service))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_writes_under_way_are_answered_when_the_server_stops(folder: Path) -> None:
    def create(n: int) -> pb.CreateItemRequest:
        return pb.CreateItemRequest(item=pb.Item(id=f"i{n}", name="x"))

    stopping = serving(server_settings(folder))
    address = await stopping.__aenter__()
    async with aio.insecure_channel(address) as channel:
        items = items_pb2_grpc.ItemServiceStub(channel)
        calls = [asyncio.ensure_future(_wait(items.CreateItem(create(n)))) for n in range(100)]
        await items.ListItems(pb.ListItemsRequest())
        await stopping.__aexit__(None, None, None)
        answers = await asyncio.gather(*calls, return_exceptions=True)
    written = {answer.id for answer in answers if isinstance(answer, pb.Item)}
    assert written
    async with item_service(folder) as items:
        listed = await items.ListItems(pb.ListItemsRequest(page_size=1000))
    assert {item.id for item in listed.items} >= written


async def _wait(call: "aio.UnaryUnaryCall[pb.CreateItemRequest, pb.Item]") -> pb.Item:
    return await call


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_second_server_on_the_same_file_is_refused(folder: Path) -> None:
    async with serving(server_settings(folder)):
        with pytest.raises(StoreLocked):
            async with serving(server_settings(folder, grpc="127.0.0.1:0")):
                pass


async def test_a_taken_port_is_refused_with_its_address(folder: Path) -> None:
    async with serving(server_settings(folder, grpc="127.0.0.1:0")) as address:
        (folder / "other").mkdir()
        with pytest.raises(OSError, match=address):
            async with serving(server_settings(folder / "other", grpc=address)):
                pass


async def test_items_and_tokens_survive_a_restart(folder: Path) -> None:
    async with item_service(folder) as items:
        for n in range(3):
            await items.CreateItem(pb.CreateItemRequest(item=pb.Item(id=f"i{n}", name="x")))
        page = await items.ListItems(pb.ListItemsRequest(page_size=2))
    async with item_service(folder) as items:
        rest = await items.ListItems(pb.ListItemsRequest(page_token=page.next_page_token))
    assert [item.id for item in rest.items] == ["i2"]
