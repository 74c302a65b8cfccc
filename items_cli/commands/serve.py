"""`items serve`: run the whole service, as processes under one supervisor."""

import asyncio
import os
from contextlib import ExitStack
from functools import partial

import typer

from items_cli.brokers import Events, check_brokers
from items_cli.errors import Failure
from items_cli.flags import GRPC, HTTP, STORE, GrpcAddress, HttpAddress, Store, Workers
from items_cli.processes.announcement import Announcement
from items_cli.processes.logs import (
    Level,
    Quiet,
    ServeLogLevel,
    log_at,
    on_a_terminal,
    readable_on_a_terminal,
)
from items_cli.processes.parts import Plan
from items_cli.processes.places import hold
from items_cli.processes.supervisor import supervise
from items_runtime.configuration.variables import unknown_variables


def serve(  # noqa: PLR0913, PLR0917  # a flag each
    store: Store = STORE,
    grpc: GrpcAddress = GRPC,
    http: HttpAddress = HTTP,
    events: Events = None,
    workers: Workers = 1,
    log_level: ServeLogLevel = None,
    quiet: Quiet = False,
) -> None:
    """Run the whole service: the gRPC server and the REST facade over one database.

    It prints the addresses as soon as the service answers, and ends within 5 seconds on Ctrl-C
    or SIGTERM. If one part ends by itself, so do the others.

    --events adds the relay of `items relay`; --workers runs several servers and facades on the
    same ports. Every other setting is read from its ITEMS_... variable.

    Exit codes: 0 stopped, 1 a part could not serve, 2 a setting is wrong.
    """
    readable_on_a_terminal()
    log_at(_level(log_level, quiet=quiet))
    _warn_of_unknown_variables(quiet=quiet)
    _check_workers(workers, store)
    if events:
        check_brokers()
    # Everybody on the machine can read the passwords on a command line.
    os.environ.update(ITEMS_STORE=store, ITEMS_EVENTS=" ".join(events or ()))
    plan = Plan(grpc, http, workers, publishes=bool(events))
    with ExitStack() as claims:
        addresses = hold(plan.places(), claims)
        announcement = Announcement.of(plan, addresses, store, events or ())
        parts = plan.parts(addresses)
        announce = partial(announcement.print, quiet=quiet)
        asyncio.run(supervise(parts, announce))


def _level(chosen: Level | None, *, quiet: bool) -> Level | None:
    """Return the log level: on a terminal only warnings, and not every call."""
    if quiet:
        return "error"
    return chosen or ("warning" if on_a_terminal() else None)


def _warn_of_unknown_variables(*, quiet: bool) -> None:
    """Warn of each variable that no process reads, and remove it, so that no part warns again."""
    for variable in list(unknown_variables(os.environ)):
        del os.environ[variable.name]
        if not quiet:
            typer.echo(f"warning: {variable}", err=True)


def _check_workers(workers: int, store: str) -> None:
    if workers > 1 and store.startswith("sqlite:"):
        raise Failure(
            f"one process owns an SQLite file, and {workers} cannot share it."
            " Leave --workers out, or use --store postgresql://HOST/DATABASE.",
            exit_code=2,
        )
