"""`items migrate`: the schema of a store, and what a newer version does to it."""

from typing import Annotated

import typer

from items_cli.flags import STORE, ExistingStore
from items_cli.upkeep import upkeep

Sql = Annotated[bool, typer.Option("--sql", help="Print the statements.")]


def migrate_app() -> typer.Typer:
    """The commands of the group."""
    app = typer.Typer(
        no_args_is_help=True,
        help="Bring a store to the schema that this version of the service needs.",
        rich_markup_mode="markdown",
    )
    for command in (plan, apply, check):
        app.command()(command)
    return app


def plan(sql: Sql = False, store: ExistingStore = STORE) -> None:
    """Print what `apply` would do, and change nothing."""
    upkeep(store, "migrate", "plan", *(["--sql"] if sql else []))


def apply(store: ExistingStore = STORE) -> None:
    """Apply the migrations that the store lacks, each in a transaction of its own.

    Make a backup before. No server may use an SQLite file meanwhile; on PostgreSQL
    servers go on, and are replaced by the new version afterwards.
    """
    upkeep(store, "migrate", "apply")


def check(store: ExistingStore = STORE) -> None:
    """Tell whether this version of the service can serve the store: exit code 0, or 1."""
    upkeep(store, "migrate", "check")
