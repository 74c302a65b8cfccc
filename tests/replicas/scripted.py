"""Servers that answer or fail as told, and count what they are asked."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from typing import Any

import grpc
from google.protobuf.message import Message
from google.rpc import status_pb2
from grpc import aio
from grpc_health.v1 import health, health_pb2_grpc
from grpc_health.v1.health_pb2 import HealthCheckResponse
from grpc_status import rpc_status

from items.v1 import items_pb2 as pb
from tests.abuse.http2 import END_HEADERS, END_STREAM, PREFACE, SETTINGS, frame, headers

_HEADERS, _SETTINGS, _PING, _GOAWAY, _ACK = 1, 4, 6, 7, 1
_FRAME_HEAD = 9

_UNIMPLEMENTED = (
    (b":status", b"200"),
    (b"content-type", b"application/grpc"),
    (b"grpc-status", b"12"),
)
_NO_HEALTH_CHECKS = headers(_UNIMPLEMENTED, END_HEADERS | END_STREAM)
"""The answer to the first call, which is the health check: gRPC then takes it for healthy."""

_GOING = frame(_GOAWAY, 0, 0, struct.pack(">II", 1, 0))
"""Of the calls, only the first one was looked at."""

Context = aio.ServicerContext[Any, Any]


ALWAYS = 1_000_000


class Replica:
    """Fails as many calls as *failures* says, then answers.

    It fails with *failure*; without one with UNAVAILABLE and no word why, as broken
    connections do.
    """

    def __init__(self, failure: status_pb2.Status | None = None) -> None:
        self.calls = 0
        self.failures = 0
        self.requests: list[Any] = []
        self._failure = failure
        self._checks = health.aio.HealthServicer()

    async def say(self, *, serves: bool) -> None:
        """Tell health checks whether this replica serves."""
        status = HealthCheckResponse.SERVING if serves else HealthCheckResponse.NOT_SERVING
        await self._checks.set("", status)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve within the block; yields the address."""
        server = aio.server()
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("items.v1.ItemService", self._handlers()),)
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._checks, server)
        await self.say(serves=True)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            await server.stop(None)

    def _handlers(self) -> "dict[str, grpc.RpcMethodHandler[Any, Any]]":
        return {
            "GetItem": self._answering(pb.GetItemRequest, _item),
            "BatchGetItems": self._answering(pb.BatchGetItemsRequest, _items),
            "CreateItem": self._answering(pb.CreateItemRequest, _created),
            "BatchWriteItems": self._answering(pb.BatchWriteItemsRequest, _results),
        }

    def _answering(
        self, kind: type[Message], answer: Callable[[Any], Message]
    ) -> "grpc.RpcMethodHandler[Any, Any]":
        async def handle(request: Message, context: Context) -> Message:
            self.calls += 1
            self.requests.append(request)
            if self.failures:
                self.failures -= 1
                if self._failure is not None:
                    await context.abort_with_status(rpc_status.to_status(self._failure))
                await context.abort(grpc.StatusCode.UNAVAILABLE, "")
            return answer(request)

        return grpc.unary_unary_rpc_method_handler(
            handle, kind.FromString, lambda message: message.SerializeToString()
        )


def _item(request: pb.GetItemRequest) -> pb.Item:
    return pb.Item(id=request.id)


def _items(request: pb.BatchGetItemsRequest) -> pb.BatchGetItemsResponse:
    return pb.BatchGetItemsResponse(items=[pb.Item(id=each) for each in request.ids])


def _created(request: pb.CreateItemRequest) -> pb.Item:
    return request.item


def _results(request: pb.BatchWriteItemsRequest) -> pb.BatchWriteItemsResponse:
    results = [
        pb.ItemWriteResult(item=each.create.item, kind=pb.CHANGE_KIND_CREATED)
        for each in request.writes
    ]
    return pb.BatchWriteItemsResponse(results=results)


@asynccontextmanager
async def two_replicas() -> AsyncIterator[tuple[Replica, Replica, str]]:
    """Two running replicas, and how clients are told of both."""
    one, two = Replica(), Replica()
    async with one.serving() as first, two.serving() as second:
        yield one, two, f"{first},{second}"


class Leaver:
    """A server that goes away at the first write, before it looks at it. (RFC 9113, 6.8)."""

    def __init__(self) -> None:
        self.writes = 0
        self._connections: list[asyncio.Task[None] | None] = []

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve within the block, or until it goes; yields the address.

        Clients must close their connections before the block ends.
        """
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0) as server:
            self._server = server
            yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
            await asyncio.gather(*filter(None, self._connections))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.append(asyncio.current_task())
        with closing(writer), suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readexactly(len(PREFACE) - len(SETTINGS))
            writer.write(SETTINGS)
            await _answer_until_a_call(reader, writer)
            writer.write(_NO_HEALTH_CHECKS)
            await _answer_until_a_call(reader, writer)
            self.writes += 1
            self._server.close()
            writer.write(_GOING)
            await reader.read()


async def _answer_until_a_call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer what connections ask for their own ends, until the headers of a call come."""
    while True:
        head = await reader.readexactly(_FRAME_HEAD)
        payload = await reader.readexactly(int.from_bytes(head[:3], "big"))
        kind, is_answer = head[3], head[4] & _ACK
        if kind == _HEADERS:
            return
        if kind == _SETTINGS and not is_answer:
            writer.write(frame(_SETTINGS, _ACK, 0, b""))
        if kind == _PING and not is_answer:
            writer.write(frame(_PING, _ACK, 0, payload))
