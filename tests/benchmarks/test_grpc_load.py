"""The gRPC load generator against a real server."""

from pathlib import Path

import pytest

from benchmarks.load.grpc_load import grpc_load
from benchmarks.load.load import Door, Limit, Load, LoadFailed, Operation
from items.v1 import items_pb2 as pb
from items.v1 import items_pb2_grpc
from tests.servers import item_service


def _load(folder: Path, operation: Operation, known: int = 1) -> Load:
    limit = Limit(seconds=10, requests=40)
    address = f"unix:{folder}/grpc.sock"
    return Load(Door.GRPC, operation, address, 8, limit, "some", known)


async def _count(items: items_pb2_grpc.ItemServiceStub) -> int:
    return len((await items.ListItems(pb.ListItemsRequest(page_size=1000))).items)


async def test_each_create_makes_an_item_that_a_get_finds(folder: Path) -> None:
    async with item_service(folder) as items:
        created = await grpc_load(_load(folder, Operation.CREATE))
        assert created.requests == await _count(items) == 40
        got = await grpc_load(_load(folder, Operation.GET, known=40))
    assert got.requests == 40


async def test_an_error_aborts_the_load(folder: Path) -> None:
    async with item_service(folder):
        with pytest.raises(LoadFailed, match="NOT_FOUND"):
            await grpc_load(_load(folder, Operation.GET))
