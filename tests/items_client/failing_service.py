"""A gRPC server that fails as told, to see what the client makes of it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc import aio
from grpc_status import rpc_status

from items.v1 import items_pb2 as pb


def failure(code: grpc.StatusCode, *details: Message, message: str = "no") -> status_pb2.Status:
    """A status with *details*."""
    status = status_pb2.Status(code=code.value[0], message=message)
    for detail in details:
        status.details.add().Pack(detail)
    return status


def retry_after(delay: timedelta) -> error_details_pb2.RetryInfo:
    """The wish to be asked again after *delay*."""
    info = error_details_pb2.RetryInfo()
    info.retry_delay.FromTimedelta(delay)
    return info


Context = aio.ServicerContext[Any, Any]


class FailingService:
    """Answers each create and get with the next of *failures*, then with the item."""

    def __init__(self, failures: Iterable[status_pb2.Status]) -> None:
        self._failures = list(failures)
        self.requests: list[Any] = []
        self.metadata: list[dict[str, str | bytes]] = []

    async def create(self, request: pb.CreateItemRequest, context: Context) -> pb.Item:
        await self._fail(request, context)
        return request.item

    async def get(self, request: pb.GetItemRequest, context: Context) -> pb.Item:
        await self._fail(request, context)
        return pb.Item(id=request.id)

    async def _fail(self, request: Message, context: Context) -> None:
        self.requests.append(request)
        self.metadata.append(dict(context.invocation_metadata() or ()))
        if self._failures:
            await context.abort_with_status(rpc_status.to_status(self._failures.pop(0)))


@asynccontextmanager
async def failing(
    folder: Path, *failures: status_pb2.Status
) -> AsyncIterator[tuple[str, FailingService]]:
    """The address of a running server, and what it receives."""
    service = FailingService(failures)
    handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        "CreateItem": grpc.unary_unary_rpc_method_handler(
            service.create, pb.CreateItemRequest.FromString, pb.Item.SerializeToString
        ),
        "GetItem": grpc.unary_unary_rpc_method_handler(
            service.get, pb.GetItemRequest.FromString, pb.Item.SerializeToString
        ),
    }
    server = aio.server()
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("items.v1.ItemService", handlers),)
    )
    target = f"unix:{folder}/failing.sock"
    server.add_insecure_port(target)
    await server.start()
    try:
        yield target, service
    finally:
        await server.stop(None)
