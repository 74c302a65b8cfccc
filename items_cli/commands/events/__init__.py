"""`items events`: the sinks that the relay publishes to."""

import typer

from items_cli.commands.events.declare import declare
from items_cli.commands.events.delete import delete
from items_cli.commands.events.parked import parked
from items_cli.commands.events.replay import replay
from items_cli.commands.events.skip import skip
from items_cli.commands.events.status import status
from items_cli.help import Command, Group


def events_app() -> typer.Typer:
    """Return the group with its commands."""
    app = typer.Typer(
        cls=Group,
        no_args_is_help=True,
        help="Inspect and repair the sinks that the relay publishes to.",
        rich_markup_mode="markdown",
    )
    for command in (declare, status, parked, replay, skip, delete):
        app.command(cls=Command)(command)
    return app
