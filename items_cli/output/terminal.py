"""Text for a terminal, or for the pipe or file in place of one."""

import sys

import typer
from rich.console import Console
from rich.table import Table

UNCUT = 100_000
"""The width, in columns, of a table that no terminal shows."""


def printable(text: str) -> str:
    """Return *text* with the characters that a terminal would act on spelled out."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


def say(text: str) -> None:
    """Print *text* to standard error."""
    typer.echo(text, err=True)


def print_table(table: Table) -> None:
    """Print *table* to standard output: fitted to a terminal, but whole in a pipe or a file."""
    if sys.stdout.isatty():
        table.expand = True
        Console(highlight=False).print(table)
        return
    console = Console(width=UNCUT, highlight=False)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        typer.echo(line.rstrip())
