"""The sinks of a running service, as the commands of `items events` use them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from items.v1 import items_pb2, sinks_pb2
from items.v1.sinks_pb2_grpc import SinkServiceStub
from items_cli.errors import Failure, reason
from items_cli.session import Session, connect
from items_client import ItemsError
from items_events.brokers.broker_url import BadUrl, publisher_url

PATIENCE = 5.0
"""The time, in seconds, to look for the oldest change that a sink has not published."""

SinkName = Annotated[
    str,
    typer.Argument(
        metavar="SINK",
        show_default=False,
        help="The name or URL of the sink, if there are several.",
    ),
]


@contextmanager
def connected(grpc: str) -> Iterator["Sinks"]:
    """Yield the sinks of the service at *grpc*.

    Raises:
        Failure: the service does not answer, or refuses a call.
    """
    with connect(grpc) as session:
        try:
            yield Sinks(session)
        except ItemsError as error:
            raise Failure(reason(error)) from error


class Sinks:
    """The sinks of a service, over *session*."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.stub = SinkServiceStub(session.items.channel)

    def list(self) -> sinks_pb2.ListSinksResponse:
        """Return all sinks, and the revision of the store."""
        call = self.session.items.call(self.stub.ListSinks, sinks_pb2.ListSinksRequest())
        return self.session.run(call)

    def name(self, asked: str) -> str:
        """Return the name of the sink that is *asked* for by name or URL; the only one if empty.

        Raises:
            Failure: there is no such sink, or more than one.
        """
        known = [sink.name for sink in self.list().sinks]
        if not asked and len(known) == 1:
            return known[0]
        name = _without_secrets(asked)
        if name in known:
            return name
        said = "there is no such sink" if asked else "name a sink"
        listed = "\n".join(f"  {name}" for name in known) or "  (none: a relay makes them)"
        raise Failure(f"{said}; the service knows:\n{listed}", exit_code=2)

    def lag_seconds(self, sink: sinks_pb2.Sink, now: float) -> float | None:
        """Return the age, in seconds, of the oldest change that *sink* lacks; None if unknown."""
        try:
            oldest = self.session.run(self._first_after(sink))
        except (ItemsError, TimeoutError):
            return None
        return max(0.0, now - oldest.commit_time.ToNanoseconds() / 1e9)

    async def _first_after(self, sink: sinks_pb2.Sink) -> items_pb2.ItemChanges:
        watch = self.session.items.watch(from_revision=sink.revision, patience=PATIENCE)
        async with watch:
            async for event in watch:
                if isinstance(event, items_pb2.ItemChanges):
                    return event
        raise TimeoutError


def _without_secrets(asked: str) -> str:
    try:
        return publisher_url(asked).name
    except BadUrl:
        return asked
