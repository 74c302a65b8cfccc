"""`items migrate`: the schema of a store, and what a newer version does to it."""

from typing import Annotated

import typer

from items_cli.flags import STORE, ExistingStore
from items_cli.help import Command, Group
from items_cli.processes.upkeep import upkeep

Sql = Annotated[bool, typer.Option("--sql", help="Print the SQL statements.")]


def migrate_app() -> typer.Typer:
    """The commands of the group."""
    app = typer.Typer(
        cls=Group,
        no_args_is_help=True,
        help="Upgrade the schema of a store for this version of the service.",
        rich_markup_mode="markdown",
    )
    for command in (plan, apply, check):
        app.command(cls=Command)(command)
    return app


def plan(sql: Sql = False, store: ExistingStore = STORE) -> None:
    """Print the migrations that a store lacks, and change nothing."""
    upkeep(store, "migrate", "plan", *(["--sql"] if sql else []))


def apply(store: ExistingStore = STORE) -> None:
    """Apply the migrations that a store lacks, each in a transaction of its own.

    Make a backup before. No server may use an SQLite file meanwhile; on PostgreSQL
    servers go on, and are replaced by the new version afterwards.
    """
    upkeep(store, "migrate", "apply")


def check(store: ExistingStore = STORE) -> None:
    """Tell whether this version of the service can serve the store.

    Exit codes: 0 it can, 1 it cannot, 2 the store cannot be read.
    """
    upkeep(store, "migrate", "check")
