"""`items events delete`: a sink that is not published to any more."""

from typing import Annotated

import typer

from items.v1 import sinks_pb2
from items_cli.flags import GRPC, Service
from items_cli.sinks import connected

Sink = Annotated[str, typer.Argument(metavar="SINK", help="Its name, or its URL.")]


def delete(sink: Sink, grpc: Service = str(GRPC)) -> None:
    """Forget a sink, how far it had come, and what was parked of it.

    The broker is left alone. Until then, the history is kept that the sink has not got.
    """
    with connected(grpc) as sinks:
        name = sinks.name(sink)
        request = sinks_pb2.DeleteSinkRequest(name=name)
        sinks.session.run(sinks.session.items.call(sinks.stub.DeleteSink, request))
    typer.echo(f"{name} is forgotten.")
