"""A message to a caller that has gone is not sent; that is no fault of the service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from grpc import aio
from structlog.testing import capture_logs

from grpc_server.serving.interceptors.chain import Context, Method
from grpc_server.serving.interceptors.errors import errors

METHOD = Method("/tests.Late/Tell", Empty.FromString, streams=True)


@asynccontextmanager
async def _server(call: Any) -> AsyncIterator[str]:
    """The address of a server whose only method does *call*."""
    server = aio.server()
    handlers: Any = {"Tell": grpc.unary_stream_rpc_method_handler(call)}
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("tests.Late", handlers)])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(None)


async def test_a_message_that_cannot_be_sent_is_no_fault() -> None:
    called, told = asyncio.Event(), asyncio.Event()

    async def tell(_: bytes, context: Context) -> None:
        called.set()
        try:
            await told.wait()
        except asyncio.CancelledError:  # so the server learns of it: here, a moment too late
            await context.write(b"told")

    async def ended(request: bytes, context: Context) -> Any:
        try:
            return await errors(METHOD, tell)(request, context)
        finally:
            told.set()

    with capture_logs() as logged:
        async with _server(ended) as address, aio.insecure_channel(address) as channel:
            method: Any = channel.unary_stream(METHOD.name)
            call = method(b"")
            await called.wait()
            call.cancel()
            await told.wait()
    assert logged == []
