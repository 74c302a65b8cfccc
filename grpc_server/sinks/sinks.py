"""The sinks of a store: what SinkService answers from."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from grpc_server.database.store import Reading
from grpc_server.items.errors import SinkNotFound
from grpc_server.items.page_size import fitting, page_size
from grpc_server.reads.page_tokens import PageTokens
from grpc_server.reads.reader import Reader
from grpc_server.sinks.leases import SinkRequest, shown
from grpc_server.sinks.sink_units import SinkRemoval, SinkWrite
from grpc_server.writes.writer import Writer
from items.v1 import sinks_pb2 as pb


class Sinks:
    """The sinks, over a reader and a writer of the store; *clock* tells which leases last."""

    def __init__(
        self, reader: Reader, writer: Writer, tokens: PageTokens, clock: Callable[[], datetime]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._tokens = tokens
        self._clock = clock

    async def write(self, request: SinkRequest) -> pb.Sink:
        """Acquire, advance, park, release, replay or skip; durable on return.

        Raises:
            CatalogError: the request is refused; `leases.decide` says why.
        """
        return await self._writer.write(SinkWrite(request))

    async def delete(self, request: pb.DeleteSinkRequest) -> None:
        """Forget a sink; durable on return.

        Raises:
            SinkNotFound: there is none.
            SinkHeld: a lease lasts.
        """
        await self._writer.write(SinkRemoval(request.name))

    async def list(self) -> pb.ListSinksResponse:
        """All sinks, by name, and the revisions that the store has."""
        head, sinks = await self._reader.scan(lambda reading: (reading.head(), reading.sinks()))
        now = self._clock()
        return pb.ListSinksResponse(
            sinks=[shown(sink, head, now) for sink in sinks],
            revision=head.revision,
            oldest_revision=head.oldest_revision,
        )

    async def parked(self, request: pb.ListParkedEventsRequest) -> pb.ListParkedEventsResponse:
        """A page of what a sink did not publish, newest first.

        Raises:
            SinkNotFound: there is no such sink.
            InvalidPageToken: the token is damaged, or of another request.
        """
        name, limit = request.name, page_size(request.page_size)
        binding = repr(("parked", name))
        before = None
        if request.page_token:
            before = cast("tuple[int, int]", self._tokens.decode(binding, request.page_token))

        def read(reading: Reading) -> tuple[bool, list[pb.ParkedEvent]]:
            exists = any(sink.name == name for sink in reading.sinks())
            return exists, reading.parked(name, before, limit + 1)

        exists, found = await self._reader.scan(read)
        if not exists:
            raise SinkNotFound(f"there is no sink `{name}`", metadata={"name": name})
        events = found[: min(limit, fitting(found))]
        more = len(found) > len(events)
        last = (events[-1].revision, events[-1].ordinal) if more else ()
        token = self._tokens.encode(binding, last) if more else ""
        return pb.ListParkedEventsResponse(events=events, next_page_token=token)
