"""Tables: fitted to a terminal, but whole in a pipe or a file."""

import sys

import typer
from rich.console import Console
from rich.table import Table

UNCUT = 100_000
"""Columns, for a table that nobody looks at."""


def print_table(table: Table) -> None:
    """Print *table* to standard output."""
    if sys.stdout.isatty():
        table.expand = True
        Console(highlight=False).print(table)
        return
    console = Console(width=UNCUT, highlight=False)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        typer.echo(line.rstrip())
