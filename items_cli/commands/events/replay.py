"""`items events replay`: publish revisions again."""

from typing import Annotated

import typer

from items.v1 import sinks_pb2
from items_cli.flags import GRPC, Service
from items_cli.sinks import SinkName, connected

FromRevision = Annotated[
    int,
    typer.Option(
        "--from",
        metavar="REVISION",
        min=0,
        help="Publish what came after it; 0 publishes everything.",
    ),
]


def replay(from_revision: FromRevision, sink: SinkName = "", grpc: Service = str(GRPC)) -> None:
    """Publish again what came after a revision, for a broker that lost it.

    The events keep their ids. Redis and NATS drop those that they still have.
    """
    with connected(grpc) as sinks:
        name = sinks.name(sink)
        request = sinks_pb2.ReplaySinkRequest(name=name, from_revision=from_revision)
        sinks.session.run(sinks.session.items.call(sinks.stub.ReplaySink, request))
    typer.echo(f"{name} publishes again what came after revision {from_revision}.")
