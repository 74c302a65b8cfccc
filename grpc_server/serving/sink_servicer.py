"""SinkService over the sinks. A method is one call; the chain does the rest."""

from typing import Any

from google.protobuf.empty_pb2 import Empty
from grpc import aio

from grpc_server.sinks.sinks import Sinks
from items.v1 import sinks_pb2 as pb
from items.v1 import sinks_pb2_grpc

Context = aio.ServicerContext[Any, Any]


class SinkServicer(sinks_pb2_grpc.SinkServiceServicer):
    """Answers each call of the contract from the sinks."""

    def __init__(self, sinks: Sinks) -> None:
        self._sinks = sinks

    async def AcquireSink(self, request: pb.AcquireSinkRequest, context: Context) -> pb.Sink:
        """See the contract."""
        return await self._sinks.write(request)

    async def AdvanceSink(self, request: pb.AdvanceSinkRequest, context: Context) -> pb.Sink:
        """See the contract."""
        return await self._sinks.write(request)

    async def ParkEvent(self, request: pb.ParkEventRequest, context: Context) -> pb.Sink:
        """See the contract."""
        return await self._sinks.write(request)

    async def ReleaseSink(self, request: pb.ReleaseSinkRequest, context: Context) -> pb.Sink:
        """See the contract."""
        return await self._sinks.write(request)

    async def ListSinks(
        self, request: pb.ListSinksRequest, context: Context
    ) -> pb.ListSinksResponse:
        """See the contract."""
        return await self._sinks.list()

    async def ReplaySink(self, request: pb.ReplaySinkRequest, context: Context) -> pb.Sink:
        """See the contract."""
        return await self._sinks.write(request)

    async def SkipRevision(self, request: pb.SkipRevisionRequest, context: Context) -> pb.Sink:
        """See the contract."""
        return await self._sinks.write(request)

    async def DeleteSink(self, request: pb.DeleteSinkRequest, context: Context) -> Empty:
        """See the contract."""
        await self._sinks.delete(request)
        return Empty()

    async def ListParkedEvents(
        self, request: pb.ListParkedEventsRequest, context: Context
    ) -> pb.ListParkedEventsResponse:
        """See the contract."""
        return await self._sinks.parked(request)
