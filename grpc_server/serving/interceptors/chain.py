"""The chain: interceptors around each method, composed once, not at every call."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import grpc
from google.protobuf.descriptor import Descriptor
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message
from grpc import aio

Context = aio.ServicerContext[Any, Any]
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"  # generic in its stubs only
Unary = Callable[[Any, Context], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its full *name*, how its request is decoded, and whether it *streams*.

    One that streams writes its messages, encoded, to the context; it answers with None.
    """

    name: str
    decode: Callable[[bytes], Message]
    streams: bool = False

    @property
    def request(self) -> Descriptor:
        """Return the descriptor of the request."""
        return cast("Descriptor", self.decode(b"").DESCRIPTOR)


Interceptor = Callable[[Method, Unary], Unary]
"""Wraps what a method does; the request is bytes until it is decoded."""


class Chain(aio.ServerInterceptor):
    """Puts *outer*, then *inner* around each method of *services*, the first one outermost.

    Methods of other services pass untouched; methods that no service has are answered
    by *unknown*, with *outer* around it.
    """

    def __init__(
        self,
        services: Iterable[str],
        outer: Sequence[Interceptor],
        inner: Sequence[Interceptor],
        unknown: Unary,
    ) -> None:
        self._prefixes = tuple(f"/{service}/" for service in services)
        self._outer = tuple(outer)
        self._inner = tuple(inner)
        self._unknown = unknown
        self._wrapped: dict[str, Handler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable["Handler | None"]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """The handler of the called method, with the chain around it."""
        name = handler_call_details.method
        if name in self._wrapped:
            return self._wrapped[name]
        handler = await continuation(handler_call_details)
        if handler is None:  # made anew each time: there is no end of unknown names
            return _handler(_composed(self._outer, Method(name, Empty.FromString), self._unknown))
        if name.startswith(self._prefixes):
            handler = self._wrapped[name] = self._wrap(name, handler)
        return handler

    def _wrap(self, name: str, handler: Any) -> Handler:
        streams: bool = handler.response_streaming
        method = Method(name, handler.request_deserializer, streams)
        served = handler.unary_stream if streams else handler.unary_unary
        call = _composed((*self._outer, *self._inner), method, served)
        if streams:
            return grpc.unary_stream_rpc_method_handler(call)
        return _handler(call, handler.response_serializer)


def _composed(interceptors: Sequence[Interceptor], method: Method, unary: Unary) -> Unary:
    for interceptor in reversed(interceptors):
        unary = interceptor(method, unary)
    return unary


def _handler(call: Any, encode: Callable[[Any], bytes] | None = None) -> Handler:
    """A handler whose request is left as bytes."""
    return grpc.unary_unary_rpc_method_handler(call, response_serializer=encode)
