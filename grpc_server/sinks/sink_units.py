"""Write units of sinks: each is decided in the writer's transaction, and takes no revision."""

from collections.abc import Iterable
from dataclasses import dataclass

from grpc_server.database.store import RequestKey, Writing
from grpc_server.sinks.leases import SinkRequest, SinkUpdate, check_room, decide, refuse_held, shown
from grpc_server.writes.staging import Staging
from items.v1 import sinks_pb2 as pb


@dataclass(frozen=True, slots=True)
class SinkWrite:
    """A change of one sink; answers with the sink after it."""

    request: SinkRequest

    def ids(self) -> Iterable[str]:
        """None: sinks are no items."""
        return ()

    def keys(self) -> Iterable[RequestKey]:
        """None: sinks are written by epoch and cursor, not by request id."""
        return ()

    def size(self) -> int:
        """The size of the request."""
        return self.request.ByteSize()

    def apply(self, staging: Staging) -> pb.Sink:
        """Decide, then write the sink and what is parked of it."""
        name = self.request.name
        current = staging.transaction.sink(name)
        if current is None and isinstance(self.request, pb.AcquireSinkRequest):
            check_room(len(staging.transaction.sinks()))
        outcome = decide(current, self.request, staging.head, staging.now)
        outcome.sink.parked_count += _keep_events(staging.transaction, name, outcome)
        staging.transaction.put_sink(outcome.sink)
        return shown(outcome.sink, staging.head, staging.now)


@dataclass(frozen=True, slots=True)
class SinkRemoval:
    """Forgets a sink."""

    name: str

    def ids(self) -> Iterable[str]:
        """None: sinks are no items."""
        return ()

    def keys(self) -> Iterable[RequestKey]:
        """None: a second removal finds no sink."""
        return ()

    def size(self) -> int:
        """None to speak of."""
        return 0

    def apply(self, staging: Staging) -> None:
        """Decide, then remove the sink and what is parked of it."""
        refuse_held(staging.transaction.sink(self.name), self.name, staging.now)
        staging.transaction.remove_sink(self.name)


def _keep_events(transaction: Writing, name: str, outcome: SinkUpdate) -> int:
    """Write what is parked and unparked; tells by how much the count of parked events grows."""
    if outcome.parked is not None:
        return int(transaction.park(name, outcome.parked))
    if outcome.unparked_after is not None:
        return -transaction.unpark(name, outcome.unparked_after)
    return 0
