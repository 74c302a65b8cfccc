"""The command line program: what commands there are, and how it ends."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from rich.console import Console

from items_cli.commands.backup import backup
from items_cli.commands.doctor import doctor
from items_cli.commands.events import events_app
from items_cli.commands.get_item import get_item
from items_cli.commands.grpc import grpc
from items_cli.commands.health import health
from items_cli.commands.import_items import import_items
from items_cli.commands.ingest import ingest
from items_cli.commands.list_items import list_items
from items_cli.commands.migrate import migrate_app
from items_cli.commands.relay import relay
from items_cli.commands.rest import rest
from items_cli.commands.restore import restore
from items_cli.commands.serve import serve
from items_cli.commands.store import store_app
from items_cli.commands.watch import watch
from items_cli.failure import Failure

RUN = "Run the service"
USE = "Use a running service"
KEEP = "Look after a store"


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"items {version('item-service')}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
    ),
]


def items(_: Version = False) -> None:
    """Run the item service, and use it from the command line.

    A setting that names an environment variable is also read from there.
    """


def create_app() -> typer.Typer:
    """The program, with all its commands."""
    app = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
    )
    app.callback()(items)
    app.command("serve", rich_help_panel=RUN)(serve)
    app.command("grpc", rich_help_panel=RUN)(grpc)
    app.command("rest", rich_help_panel=RUN)(rest)
    app.command("relay", rich_help_panel=RUN)(relay)
    app.command("ingest", rich_help_panel=RUN)(ingest)
    app.command("import", rich_help_panel=USE)(import_items)
    app.command("list", rich_help_panel=USE)(list_items)
    app.command("get", rich_help_panel=USE)(get_item)
    app.command("watch", rich_help_panel=USE)(watch)
    app.add_typer(events_app(), name="events", rich_help_panel=USE)
    app.command("health", rich_help_panel=USE)(health)
    app.command("backup", rich_help_panel=KEEP)(backup)
    app.command("restore", rich_help_panel=KEEP)(restore)
    app.command("doctor", rich_help_panel=KEEP)(doctor)
    app.add_typer(migrate_app(), name="migrate", rich_help_panel=KEEP)
    app.add_typer(store_app(), name="store", rich_help_panel=KEEP)
    return app


def run() -> None:
    """Run the program with the arguments of this process."""
    try:
        create_app()(prog_name="items")
    except Failure as failure:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print(f"error: {failure}", style="red", markup=False)
        sys.exit(failure.exit_code)
