"""`items list`: print the items that match a filter."""

import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from items.v1 import items_pb2 as pb
from items_cli.errors import Failure, reason
from items_cli.flags import GRPC, AsJson, Service
from items_cli.operators import misspelt_operators
from items_cli.output.item_text import as_line, labels
from items_cli.output.terminal import print_table, printable
from items_cli.session import Session, connect
from items_client import ItemsError

FIRST = 50
"""The number of items in a table without --limit."""

LARGEST_PAGE = 1000

Filter = Annotated[
    str,
    typer.Option(
        "--filter",
        metavar="FILTER",
        help='The items to list: `labels.section = "editors" AND name = "vim*"` (AIP-160).',
    ),
]
OrderBy = Annotated[
    str,
    typer.Option("--order-by", metavar="FIELDS", help="The order: `name, update_time desc`."),
]
Limit = Annotated[
    int | None,
    typer.Option(
        "--limit",
        metavar="N",
        min=1,
        help="The most items to list.",
        show_default=f"{FIRST}, or all with --json",
    ),
]


def list_items(
    where: Filter = "",
    order_by: OrderBy = "",
    limit: Limit = None,
    as_json: AsJson = False,
    grpc: Service = str(GRPC),
) -> None:
    """Print the items that match a filter, as a table or as JSON.

    `items list --json | items import - --grpc HOST:PORT` copies a catalogue.

    Exit codes: 0 also if none matches, 1 the filter or the order is refused, 2 the service
    does not answer.
    """
    with connect(grpc) as session:
        try:
            items = _items(session, where, order_by, limit)
            found = next(items, None)
            if found is None:
                _say_that_none_matches(where)
            items = chain(() if found is None else (found,), items)
            _print_lines(items, limit) if as_json else _print_table(items, limit or FIRST)
        except ItemsError as error:
            raise Failure(reason(error)) from error


def _items(session: Session, where: str, order_by: str, limit: int | None) -> Iterator[pb.Item]:
    """Yield the items, fetched in pages that fit *limit*."""
    size = min(limit or LARGEST_PAGE, LARGEST_PAGE)
    listing = session.items.list(filter=where, order_by=order_by, page_size=size)
    for page in session.walk(listing.pages()):
        yield from page.items


def _say_that_none_matches(where: str) -> None:
    """Print that no item matches: to a person always, to a script only with a hint."""
    hints = misspelt_operators(where)
    if hints or sys.stderr.isatty():
        typer.echo("No items match.", err=True)
    for hint in hints:
        typer.echo(hint, err=True)


def _print_lines(items: Iterable[pb.Item], limit: int | None) -> None:
    for item in islice(items, limit):
        typer.echo(as_line(item))


def _print_table(items: Iterable[pb.Item], limit: int) -> None:
    """Print a row for each of the first *limit* items."""
    items = iter(items)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("ID", no_wrap=True)
    table.add_column("NAME", no_wrap=True, max_width=40)
    table.add_column("REVISION", no_wrap=True)
    table.add_column("LABELS", no_wrap=True, ratio=1)
    for item in islice(items, limit):
        cells = (item.id, printable(item.name), str(item.revision), labels(item))
        table.add_row(*map(Text, cells))
    print_table(table)
    if any(True for _ in items):
        typer.echo(f"More items match: --limit shows more than {limit}, --json all.", err=True)
