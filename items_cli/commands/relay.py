"""`items relay`: the changes of a running service, published to brokers."""

import os
from typing import Annotated

import typer

from items_cli.brokers import Events, check_brokers
from items_cli.failure import Failure
from items_cli.flags import GRPC, Service
from items_cli.module import become

Start = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="oldest|now|REVISION",
        envvar="ITEMS_EVENTS_FROM",
        help="Where a sink that is new begins. One that is known goes on.",
    ),
]


def relay(events: Events = None, start: Start = "oldest", grpc: Service = str(GRPC)) -> None:
    """Publish every change to RabbitMQ, Redis Streams or NATS JetStream, as CloudEvents.

    At least once and in order; duplicates have the same id. Several relays may run: each
    sink is served by one of them. A broker that is down delays nothing, and gets what it
    missed when it is back. `items events declare` makes what a broker needs beforehand.
    """
    if not events:
        raise Failure("no sink is named: --events URL, or ITEMS_EVENTS", exit_code=2)
    if start not in {"oldest", "now"} and not start.isdecimal():
        raise typer.BadParameter("--from is `oldest`, `now` or a revision")
    check_brokers()
    # Not on the command line, where everybody could read the passwords.
    os.environ.update(ITEMS_EVENTS=" ".join(events), ITEMS_EVENTS_FROM=start)
    become("items_events", "--upstream", grpc)
