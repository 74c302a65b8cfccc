"""The program: its commands, and the errors with which it ends."""

import sys
from importlib.metadata import version
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer
from rich.console import Console
from typer.exceptions import TyperException

from items_cli.commands.events import events_app
from items_cli.commands.get_item import get_item
from items_cli.commands.grpc import grpc
from items_cli.commands.health import health
from items_cli.commands.import_items import import_items
from items_cli.commands.ingest import ingest
from items_cli.commands.list_items import list_items
from items_cli.commands.relay import relay
from items_cli.commands.rest import rest
from items_cli.commands.serve import serve
from items_cli.commands.stores.backup import backup
from items_cli.commands.stores.doctor import doctor
from items_cli.commands.stores.migrate import migrate_app
from items_cli.commands.stores.restore import restore
from items_cli.commands.stores.store import store_app
from items_cli.commands.watch import watch
from items_cli.errors import Failure
from items_cli.help import Command, Group

if TYPE_CHECKING:
    from collections.abc import Callable

RUN = "Run the service"
USE = "Use a running service"
KEEP = "Look after a store"

EXAMPLES: Final = MappingProxyType(
    {
        "serve": "items serve --store postgresql://db.example/items --workers 4",
        "grpc": "items grpc --store sqlite:///data/items.db --grpc 0.0.0.0:50051",
        "rest": "items rest --upstream grpc.example:50051 --http 0.0.0.0:8000",
        "relay": "items relay --events nats://broker.example",
        "ingest": "items ingest 'amqp://broker.example/?queue=item-writes'",
        "import": "items import catalogue.ndjson",
        "list": """items list --filter 'name = "vim*"' --order-by 'update_time desc'""",
        "get": "items get vim --revision 7",
        "watch": "items watch --snapshot --filter 'labels.section = editors'",
        "health": "items health --grpc 127.0.0.1:50051 --http 127.0.0.1:8000",
        "backup": "items backup /backups/items.db --store sqlite:///data/items.db",
        "restore": "items restore /backups/items.db --force",
    }
)
"""An example for each command that people type."""

_WORDS: Final = MappingProxyType(
    {
        ", unable to parse string as an integer": "",
        "Input should be": "it must be",
        "a valid integer": "a whole number",
        "Invalid value for": "wrong value for",
        "Invalid value: ": "",
    }
)
"""The words of Typer and pydantic for a wrong value, and ours in their place."""


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

    A flag whose help names an environment variable is also read from there. Exit codes: 0
    done, 1 refused or failed, 2 the command or a setting is wrong, or no service answers, 130
    interrupted.
    """


def create_app() -> typer.Typer:
    """Return the program with all its commands."""
    app = typer.Typer(
        cls=Group,
        no_args_is_help=True,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
        epilog="Begin with `items serve`, then `items import FILE` and `items list`.",
    )
    app.callback()(items)
    panels: tuple[tuple[str, dict[str, Callable[..., None]]], ...] = (
        (RUN, {"serve": serve, "grpc": grpc, "rest": rest, "relay": relay, "ingest": ingest}),
        (USE, {"import": import_items, "list": list_items, "get": get_item, "watch": watch}),
        (USE, {"health": health}),
        (KEEP, {"backup": backup, "restore": restore, "doctor": doctor}),
    )
    for panel, commands in panels:
        for name, command in commands.items():
            example = EXAMPLES.get(name)
            epilog = example and f"Example: `{example}`"
            app.command(name, cls=Command, rich_help_panel=panel, epilog=epilog)(command)
    app.add_typer(events_app(), name="events", rich_help_panel=USE)
    app.add_typer(migrate_app(), name="migrate", rich_help_panel=KEEP)
    app.add_typer(store_app(), name="store", rich_help_panel=KEEP)
    return app


def run() -> NoReturn:
    """Run the program with the arguments of this process."""
    try:
        code = create_app()(prog_name="items", standalone_mode=False)
    except Failure as failure:
        _end(str(failure), failure.exit_code)
    except TyperException as error:
        _end(_misuse(error), error.exit_code)
    sys.exit(code)


def _misuse(error: TyperException) -> str:
    """Return what is wrong with the command line, and the command that shows its help.

    The text is empty if the error was only a request for the help.
    """
    message = error.format_message()
    for theirs, ours in _WORDS.items():
        message = message.replace(theirs, ours)
    context = getattr(error, "ctx", None)
    if context is None or not message:
        return message
    end = "" if message.endswith((".", "?")) else "."
    return f"{message}{end} See: {context.command_path} --help"


def _end(message: str, exit_code: int) -> NoReturn:
    if message:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print(f"error: {message}", style="red", markup=False)
    sys.exit(exit_code)
