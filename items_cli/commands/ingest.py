"""`items ingest`: apply writes from a queue or a stream to a running service."""

import os

from items_cli.brokers import SourceUrl, check_brokers
from items_cli.flags import GRPC, Service
from items_cli.processes.logs import LogLevel, log_at
from items_cli.processes.parts import become


def ingest(url: SourceUrl, grpc: Service = str(GRPC), log_level: LogLevel = None) -> None:
    """Apply writes that arrive in a RabbitMQ queue or a Redis stream.

    A message is a BatchWriteItems request as JSON; its id makes it idempotent. A message that
    cannot be applied becomes a dead letter, with the reason.

    Exit codes: 0 stopped, 1 it could not run, 2 a setting is wrong.
    """
    log_at(log_level)
    check_brokers()
    os.environ["ITEMS_INGEST"] = url  # everybody can read a command line
    become("items_events.ingest", "--upstream", grpc)
