"""What a client learns of the server without any file of ours, in both versions of reflection."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc import aio
from grpc_reflection.v1alpha import reflection_pb2 as reflection

from grpc_server.main import SERVICES, serving
from tests.servers import server_settings

VERSIONS = ("v1", "v1alpha")
DETAILS = ("ErrorInfo", "BadRequest", "RetryInfo", "RequestInfo")

pytestmark = pytest.mark.parametrize("version", VERSIONS)


@pytest.fixture
def dialect() -> str:
    """Any will do: reflection does not ask the store."""
    return "sqlite"


@pytest.fixture(params=["grpcio", "native"])
async def address(folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """Where a server listens, on each engine."""
    settings = server_settings(folder, grpc="127.0.0.1:0", grpc_engine=request.param)
    async with serving(settings) as address:
        yield address


async def ask(address: str, version: str, **question: Any) -> reflection.ServerReflectionResponse:
    async with aio.insecure_channel(address) as channel:
        call = channel.stream_stream(
            f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
            request_serializer=reflection.ServerReflectionRequest.SerializeToString,
            response_deserializer=reflection.ServerReflectionResponse.FromString,
        )
        asked = iter([reflection.ServerReflectionRequest(**question)])
        (answer,) = [each async for each in call(asked)]
    return answer


async def described(address: str, version: str, symbol: str) -> descriptor_pool.DescriptorPool:
    """A pool of nothing but what the server says of *symbol*."""
    answer = await ask(address, version, file_containing_symbol=symbol)
    files = map(
        descriptor_pb2.FileDescriptorProto.FromString,
        answer.file_descriptor_response.file_descriptor_proto,
    )
    pool = descriptor_pool.DescriptorPool()
    left = {file.name: file for file in files}
    while left:
        ready = [file for file in left.values() if not left.keys() & set(file.dependency)]
        for file in ready:
            pool.AddSerializedFile(left.pop(file.name).SerializeToString())
    return pool


async def test_it_lists_each_service_and_both_versions_of_itself(
    address: str, version: str
) -> None:
    answer = await ask(address, version, list_services="")
    listed = {found.name for found in answer.list_services_response.service}
    itself = {f"grpc.reflection.{each}.ServerReflection" for each in VERSIONS}
    assert listed == {*SERVICES, "grpc.health.v1.Health", *itself}


async def test_each_service_that_it_lists_is_described_whole(address: str, version: str) -> None:
    answer = await ask(address, version, list_services="")
    for service in answer.list_services_response.service:
        pool = await described(address, version, service.name)
        methods = pool.FindServiceByName(service.name).methods
        assert methods
        assert all(message_factory.GetMessageClass(method.input_type) for method in methods)


@pytest.mark.parametrize("name", DETAILS)
async def test_the_details_of_errors_are_described(address: str, version: str, name: str) -> None:
    pool = await described(address, version, f"google.rpc.{name}")
    assert pool.FindMessageTypeByName(f"google.rpc.{name}").fields


async def buf_curl(version: str, *words: str) -> str:
    """What `buf curl` prints, learning the contract by *version*."""
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("buf"),
        *("curl", "--protocol", "grpc", "--http2-prior-knowledge"),
        *("--reflect-protocol", f"grpc-{version}", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    return printed.decode()


async def test_buf_curl_lists_and_calls(address: str, version: str) -> None:
    listed = await buf_curl(version, "--list-services", f"http://{address}")
    assert "items.v1.ItemService" in listed.split()
    url = f"http://{address}/items.v1.ItemService/GetItem"
    refused = json.loads(await buf_curl(version, "-d", '{"id": "nope"}', url))
    assert refused["code"] == "not_found"
    assert refused["details"][0]["type"] == "google.rpc.ErrorInfo"
