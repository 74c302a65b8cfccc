"""`items migrate`: plan, apply and check the migrations of a store."""

import typer

from items_cli.upkeep.store_errors import store_errors
from store_tools import migration

UNSERVED = 1
"""The exit code of `check` if this version cannot serve the store."""


@store_errors()
def plan(store: str, *, as_sql: bool) -> None:
    """Print the migrations that *store* lacks, or their SQL."""
    if as_sql and (statements := migration.planned_sql(store)):
        typer.echo(statements, nl=False)
        return
    steps = migration.planned(store)
    for step in steps:
        _print_step(step.revision, step.title)
    if not steps:
        typer.echo("nothing to do")


@store_errors()
def apply(store: str) -> None:
    """Apply the migrations that *store* lacks, and print each when it is done."""
    schema = migration.migrate(store, lambda step: _print_step(step.revision, step.title))
    typer.echo(f"the store has schema {schema}")


@store_errors()
def check(store: str) -> int:
    """Print whether this version can serve *store*, and return the exit code."""
    verdict = migration.check(store)
    typer.echo(f"{'yes' if verdict.is_served else 'no'}: {verdict.reason}")
    return 0 if verdict.is_served else UNSERVED


def _print_step(revision: str, title: str) -> None:
    typer.echo(f"{revision}  {title}")
