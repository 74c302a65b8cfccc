"""`items relay`: publish the changes of a running service to brokers."""

import os
from typing import Annotated

import typer

from items_cli.brokers import Events, check_brokers
from items_cli.errors import Failure
from items_cli.flags import GRPC, Service
from items_cli.processes.logs import LogLevel, log_at
from items_cli.processes.parts import become

Start = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="oldest|now|REVISION",
        envvar="ITEMS_EVENTS_FROM",
        help="The place where a new sink begins: the oldest change, now, or after a revision.",
    ),
]


def relay(
    events: Events = None,
    start: Start = "oldest",
    grpc: Service = str(GRPC),
    log_level: LogLevel = None,
) -> None:
    """Publish every change to RabbitMQ, Redis Streams or NATS JetStream.

    Changes are published as CloudEvents, in order and at least once; duplicates have the same
    id. Several relays may run: one of them serves each sink. A broker that is down does not
    delay the others, and gets what it missed when it is back. `items events declare` prepares
    a broker beforehand.

    Exit codes: 0 stopped, 1 it could not run, 2 a setting is wrong.
    """
    log_at(log_level)
    if not events:
        raise Failure("no sink is named: --events URL, or ITEMS_EVENTS", exit_code=2)
    if start not in {"oldest", "now"} and not start.isdecimal():
        raise typer.BadParameter("--from must be `oldest`, `now` or a revision")
    check_brokers()
    # Everybody on the machine can read the passwords on a command line.
    os.environ.update(ITEMS_EVENTS=" ".join(events), ITEMS_EVENTS_FROM=start)
    become("items_events", "--upstream", grpc)
