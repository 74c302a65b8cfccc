"""`items events skip`: leave a revision unpublished."""

from typing import Annotated

import typer

from items.v1 import sinks_pb2
from items_cli.flags import GRPC, Service
from items_cli.sinks import SinkName, connected

Revision = Annotated[
    int,
    typer.Argument(
        metavar="REVISION", min=1, help="The revision that the sink is to skip: its next one."
    ),
]
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", help="The reason; it is stored with the event.")
]


def skip(revision: Revision, why: Why, sink: SinkName = "", grpc: Service = str(GRPC)) -> None:
    """Skip the revision at which a sink is stuck.

    `items events parked` shows what was skipped.
    """
    with connected(grpc) as sinks:
        name = sinks.name(sink)
        request = sinks_pb2.SkipRevisionRequest(name=name, revision=revision, why=why)
        sinks.session.run(sinks.session.items.call(sinks.stub.SkipRevision, request))
    typer.echo(f"{name} skips revision {revision}.")
