"""The sinks of the service: leases, cursors and parked events, over gRPC."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from google.protobuf.duration_pb2 import Duration

from items.v1 import sinks_pb2 as pb
from items.v1.sinks_pb2_grpc import SinkServiceStub
from items_client import NEVER, ItemsClient, ItemsError
from items_client.errors import RevisionCompacted

MAX_TEXT: Final = 1024
"""Characters that the contract allows in a reason."""

Start = int | Literal["oldest", "now"]
"""The start of a new sink: the oldest kept revision, the current one, or after a revision."""


class SinkHeld(Exception):
    """Another relay holds the sink."""


class LeaseLost(Exception):
    """The lease is lost, or may be: the relay must stop publishing."""


@dataclass(frozen=True, slots=True)
class Registry:
    """The sinks, as used by the relay named *holder*. Leases last for *duration*.

    Calls are not retried, and raise ItemsError.
    """

    items: ItemsClient
    holder: str
    duration: timedelta

    async def acquire(self, name: str, start: Start) -> pb.Sink:
        """Acquire the lease of the sink *name*, which starts at *start* if it is new.

        Raises:
            SinkHeld: another relay has the lease.
        """
        request = pb.AcquireSinkRequest(
            name=name, holder=self.holder, lease_duration=self._duration()
        )
        if start != "now":
            request.from_revision = 0 if start == "oldest" else start
        try:
            return await self._acquire(request)
        except RevisionCompacted as error:
            if start != "oldest":
                raise
            request.from_revision = int(error.metadata["oldest_revision"]) - 1
            return await self._acquire(request)

    async def _acquire(self, request: pb.AcquireSinkRequest) -> pb.Sink:
        try:
            return await self._client().call(self._stub.AcquireSink, request)
        except ItemsError as error:
            if error.reason == "SINK_HELD":
                raise SinkHeld(error.message) from error
            raise

    async def advance(self, lease: pb.Sink, revision: int, last_error: str, within: float) -> None:
        """Advance the cursor to *revision* and renew the lease, *within* seconds.

        Raises:
            LeaseLost: another relay or an operator has taken the lease.
        """
        request = pb.AdvanceSinkRequest(
            name=lease.name,
            epoch=lease.epoch,
            revision=revision,
            lease_duration=self._duration(),
            last_error=_text(last_error),
        )
        try:
            await self._client(within).call(self._stub.AdvanceSink, request)
        except ItemsError as error:
            raise _lost(error) from error

    async def park(self, lease: pb.Sink, revision: int, ordinal: int, why: str) -> None:
        """Park an event that the broker rejected. Raises LeaseLost."""
        request = pb.ParkEventRequest(
            name=lease.name,
            epoch=lease.epoch,
            revision=revision,
            ordinal=ordinal,
            why=_text(why),
        )
        try:
            await self._client().call(self._stub.ParkEvent, request)
        except ItemsError as error:
            raise _lost(error) from error

    async def release(self, lease: pb.Sink, within: float) -> None:
        """Release the lease, *within* seconds."""
        request = pb.ReleaseSinkRequest(name=lease.name, epoch=lease.epoch)
        await self._client(within).call(self._stub.ReleaseSink, request)

    @property
    def _stub(self) -> SinkServiceStub:
        return SinkServiceStub(self.items.channel)

    def _client(self, within: float | None = None) -> ItemsClient:
        seconds = within if within is not None else self.duration.total_seconds() / 3
        return self.items.with_options(timeout=max(seconds, 0.05), retry=NEVER)

    def _duration(self) -> Duration:
        duration = Duration()
        duration.FromTimedelta(self.duration)
        return duration


def _text(reason: str) -> str:
    """Return *reason* without NUL, cut to MAX_TEXT characters, as the contract demands."""
    return reason.replace("\0", "")[:MAX_TEXT]


def _lost(error: ItemsError) -> Exception:
    """Return LeaseLost if *error* means that, or else *error*."""
    is_lost = error.reason in {"LEASE_LOST", "SINK_NOT_FOUND"}
    return LeaseLost(error.message) if is_lost else error
