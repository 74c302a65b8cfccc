"""A server of grpc.aio that no method name breaks, and that takes many calls in one turn.

grpc.aio decodes the name of a method that nobody has registered in the loop that takes
calls: one that is not UTF-8 ends the loop, and the server with every call on it
(grpcio 1.85). All our methods are registered; so a call that is not for one of them is
for none, whatever its name is, and is answered here, without it ever being read.

Here tasks take the calls of each method, AT_ONCE of them together. That saves grpc.aio from
waiting for all methods at once, which it does anew for each call, and from taking the calls
of a method one by one, each in about four turns of the event loop: behind 200 lists of one
client, the list of another one waited for seconds before it was seen.

This is the only place that knows the inside of grpc.aio;
tests/grpc_server/serving/test_accept_loop.py fails when that has changed.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

import grpc
from grpc import aio
from grpc._cython import cygrpc
from grpc.aio import _server

_NOT_SENT = 'Failed "execute_batch"'
"""The beginning of the error message for an answer that the core could not send."""

UNKNOWN = "unknown"
"""The name under which interceptors see a method that nobody has registered."""

AT_ONCE = 32
"""The number of calls of a method that are taken together; each starts in well below 1 ms."""


def steadfast_server(
    interceptors: Sequence[aio.ServerInterceptor], options: Sequence[tuple[str, Any]]
) -> aio.Server:
    """Return a server of registered methods; *interceptors* answer all others, as UNKNOWN."""
    server: Any = _Server(interceptors, options)  # which is an aio.Server, but for its types
    steadfast: aio.Server = server
    return steadfast


class _Server(_server.Server):
    """An aio.Server around a core of our own."""

    def __init__(
        self,
        interceptors: Sequence[aio.ServerInterceptor],
        options: Sequence[tuple[str, Any]],
    ) -> None:
        self._loop = cygrpc.get_working_loop()
        augmented = _server._augment_channel_arguments(  # noqa: SLF001  # the seam, see above
            tuple(options), grpc.Compression.NoCompression
        )
        self._server = _Core(self._loop, None, (), tuple(interceptors), augmented, None)


class _Core(cygrpc.AioServer):  # type: ignore[misc]  # it has no types
    """Takes the calls of each method in tasks of its own; the loop of grpc.aio only waits.

    If that loop ends with an error, it cancels what it waits for. Were those requests for
    calls, the core of gRPC would write its answers into memory that is free, and crash the
    process. So the tasks are shielded: they answer calls until the server is told to stop.
    """

    def __init__(
        self, loop: Any, threads: None, handlers: Any, interceptors: Any, *rest: Any
    ) -> None:
        super().__init__(loop, threads, handlers, interceptors, *rest)
        self._asked_for: asyncio.AbstractEventLoop = loop
        self._around = interceptors
        self._methods: dict[str, Any] = {}
        self._resolver = cygrpc._MethodResolver([], self._methods)  # noqa: SLF001
        self._answering = set[asyncio.Task[None]]()

    def add_registered_method_handlers(self, handlers: dict[str, Any]) -> None:
        """Register the methods that *handlers* has by their names."""
        super().add_registered_method_handlers(handlers)
        self._methods.update(handlers)

    def _make_request_call_future(self, method: bytes | None) -> asyncio.Future[Any]:
        """Take the calls of *method*; with None, those of methods that nobody has registered."""
        name = UNKNOWN if method is None else method.decode()
        takers = [
            self._asked_for.create_task(self._take(method, name), name=f"calls of {name}")
            for _ in range(1 if method is None else AT_ONCE)
        ]
        for taker in takers:
            taker.add_done_callback(_looked_at)
        taking = asyncio.gather(*takers)
        taking.add_done_callback(_looked_at)
        return asyncio.shield(taking)

    async def _take(self, method: bytes | None, name: str) -> None:
        """Answer the calls of *method* until the server ends, which raises."""
        while True:
            state = await self._next_call(method)
            handling = cygrpc._handle_rpc(  # noqa: SLF001
                name, self._resolver, self._around, state, self._asked_for, False
            )
            answering = self._asked_for.create_task(
                cygrpc._schedule_rpc_coro(  # noqa: SLF001
                    _until_gone(handling), state, self._asked_for, name
                )
            )
            self._answering.add(answering)
            answering.add_done_callback(self._answering.discard)

    def _next_call(self, method: bytes | None) -> Any:
        return self._request_call() if method is None else self._request_registered_call(method)


def _looked_at(taking: asyncio.Future[Any]) -> None:
    """Have the error that *taking* ends with not logged: the loop is told, if it still waits."""
    if not taking.cancelled():
        taking.exception()


async def _until_gone(handling: Awaitable[None]) -> None:
    """Answer a call, unless its caller goes meanwhile, which is no error.

    grpc.aio logs one if it sends an answer after the caller has gone, but before it is told
    so. That the core cannot send is all that is known then.
    """
    try:
        await handling
    except cygrpc.ExecuteBatchError as error:
        if not str(error).startswith(_NOT_SENT):
            raise
        raise asyncio.CancelledError from error
