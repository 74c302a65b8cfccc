"""`items events delete`: forget a sink."""

from typing import Annotated

import typer

from items.v1 import sinks_pb2
from items_cli.flags import GRPC, Service
from items_cli.sinks import connected

Sink = Annotated[str, typer.Argument(metavar="SINK", help="The name or URL of the sink.")]


def delete(sink: Sink, grpc: Service = str(GRPC)) -> None:
    """Forget a sink, its cursor and its parked events.

    The broker is left alone. Until a sink is deleted, the service keeps the history that the
    sink has not published.
    """
    with connected(grpc) as sinks:
        name = sinks.name(sink)
        request = sinks_pb2.DeleteSinkRequest(name=name)
        sinks.session.run(sinks.session.items.call(sinks.stub.DeleteSink, request))
    typer.echo(f"{name} is forgotten.")
