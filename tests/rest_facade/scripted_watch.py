"""A gRPC server whose watches end as told, to see what the facade makes of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2
from grpc import aio
from grpc_status import rpc_status

from items.v1 import items_pb2 as pb

Context = aio.ServicerContext[Any, Any]
Watch = Callable[[pb.WatchItemsRequest, Context], Awaitable[None]]


def ending(code: grpc.StatusCode, reason: str, **metadata: str) -> status_pb2.Status:
    """The status of a stream that ends for *reason*."""
    status = status_pb2.Status(code=code.value[0], message="it ends")
    info = error_details_pb2.ErrorInfo(reason=reason, domain="items.v1", metadata=metadata)
    status.details.add().Pack(info)
    return status


def scripted(*messages: pb.WatchItemsResponse, status: status_pb2.Status | None = None) -> Watch:
    """A watch that tells *messages*, and then ends with *status*, or in silence."""

    async def watch(_: pb.WatchItemsRequest, context: Context) -> None:
        for message in messages:
            await context.write(message)
        if status is not None:
            await context.abort_with_status(rpc_status.to_status(status))

    return watch


async def silent(_: pb.WatchItemsRequest, __: Context) -> None:
    """A watch that tells nothing, and does not end by itself."""
    await asyncio.Event().wait()


@asynccontextmanager
async def serving(folder: Path, watch: Watch) -> AsyncIterator[str]:
    """The address of a running server."""
    handler: grpc.RpcMethodHandler[Any, Any] = grpc.unary_stream_rpc_method_handler(
        watch, pb.WatchItemsRequest.FromString, pb.WatchItemsResponse.SerializeToString
    )
    server = aio.server()
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("items.v1.ItemService", {"WatchItems": handler}),)
    )
    address = f"unix:{folder}/scripted.sock"
    server.add_insecure_port(address)
    await server.start()
    try:
        yield address
    finally:
        await server.stop(None)
