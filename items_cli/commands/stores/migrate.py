"""`items migrate`: upgrade the schema of a store for a newer version."""

from typing import Annotated

import typer

from items_cli.flags import STORE, ExistingStore
from items_cli.help import Command, Group

Sql = Annotated[bool, typer.Option("--sql", help="Print the SQL statements.")]


def migrate_app() -> typer.Typer:
    """Return the group with its commands."""
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
    from items_cli.upkeep import migrate

    migrate.plan(store, as_sql=sql)


def apply(store: ExistingStore = STORE) -> None:
    """Apply the migrations that a store lacks, each in a transaction of its own.

    Make a backup first. No server may use an SQLite file meanwhile; on PostgreSQL, servers
    go on, and are replaced by the new version afterwards.
    """
    from items_cli.upkeep import migrate

    migrate.apply(store)


def check(store: ExistingStore = STORE) -> None:
    """Check whether this version of the service can serve the store.

    Exit codes: 0 it can, 1 it cannot, 2 the store cannot be read.
    """
    from items_cli.upkeep import migrate

    raise typer.Exit(migrate.check(store))
