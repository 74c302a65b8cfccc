"""Peers that do nothing but answer: how fast the transport, and the generator, can be.

python -m benchmarks.servers.bare (grpcio|native|http) HOST:PORT
"""

import asyncio
import sys
from importlib import import_module
from typing import Any, cast

import grpc
import uvloop
from grpc import aio

from benchmarks.example import SEED, example_id, example_json, example_message
from items.v1 import items_pb2 as pb
from items_runtime.address import Address


class BareHttp(asyncio.Protocol):
    """Answers everything that arrives with the same item."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to answer through."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:  # noqa: ARG002  # whatever it asks
        """Answer."""
        self._transport.write(self._answer)


async def serve_grpc(engine: str, address: str) -> None:
    """Serve GetItem with *engine*, the same item to all, until the process is ended."""
    module: Any = aio if engine == "grpcio" else import_module("pygrpc_native.aio")
    server: Any = module.server()  # as generated code does it, for one method only
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("items.v1.ItemService", _handlers()),)
    )
    server.add_registered_method_handlers("items.v1.ItemService", _handlers())
    server.add_insecure_port(address)
    await server.start()
    await server.wait_for_termination()


def _handlers() -> "dict[str, grpc.RpcMethodHandler[Any, Any]]":
    item = example_message(example_id(SEED, 0))

    async def get_item(_: pb.GetItemRequest, __: object) -> pb.Item:
        return item

    return {
        "GetItem": grpc.unary_unary_rpc_method_handler(
            get_item, pb.GetItemRequest.FromString, pb.Item.SerializeToString
        )
    }


async def serve_http(address: str) -> None:
    """Serve HTTP/1.1 until the process is ended."""
    body = example_json(example_id(SEED, 0))
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
    place = Address.parse(address)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: BareHttp(answer), place.host, place.port)
    await server.serve_forever()


def main(engine: str, address: str) -> None:
    """Serve with *engine*: grpcio, native (see the extra of that name), or http."""
    uvloop.run(serve_http(address) if engine == "http" else serve_grpc(engine, address))


if __name__ == "__main__":
    main(*sys.argv[1:])
