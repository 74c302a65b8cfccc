"""A stub whose calls are counted; interceptors of grpc.aio would cost a task for each."""

import time
from collections.abc import Callable
from typing import Any, cast

from grpc import aio

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from items_runtime.calls import Tally, methods_of
from rest_facade.metrics.upstream import ITEM_SERVICE, UpstreamMetrics
from rest_facade.upstream.resumable_watch import Watching

WATCH = f"/{ITEM_SERVICE.full_name}/WatchItems"


def measured_stub(channel: aio.Channel, metrics: UpstreamMetrics) -> ItemServiceStub:
    """Return a stub over *channel* that counts each of its calls in *metrics*."""
    stub = ItemServiceStub(channel)
    for name in methods_of(ITEM_SERVICE):
        method = getattr(stub, name.method)
        if name.streams:
            setattr(stub, name.method, _stream(method, metrics))
        else:
            setattr(stub, name.method, _unary(method, metrics.calls.of(name.full)))
    return stub


def encoded_watch(channel: aio.Channel, metrics: UpstreamMetrics) -> Watching:
    """WatchItems over *channel*, whose messages are left encoded; it is counted in *metrics*."""
    encode = pb.WatchItemsRequest.SerializeToString
    method: Callable[..., Any] = channel.unary_stream(WATCH, request_serializer=encode)
    return cast("Watching", _stream(method, metrics))


def _unary(method: Callable[..., Any], tally: Tally) -> Callable[..., Any]:
    async def call(request: Any, **options: Any) -> Any:
        tally.begin()
        began = time.perf_counter()
        code = "CANCELLED"
        try:
            answer = await method(request, **options)
        except aio.AioRpcError as error:
            code = error.code().name
            raise
        else:
            code = "OK"
            return answer
        finally:
            tally.end(code, time.perf_counter() - began)

    return call


def _stream(method: Callable[..., Any], metrics: UpstreamMetrics) -> Callable[..., Any]:
    def call(request: Any, **options: Any) -> Any:
        stream = method(request, **options)
        metrics.streams += 1
        stream.add_done_callback(lambda _: metrics.stream_ended())
        return stream

    return call
