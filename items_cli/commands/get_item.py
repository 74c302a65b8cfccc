"""`items get`: print one item."""

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from items.v1 import items_pb2 as pb
from items_cli.errors import Failure, reason
from items_cli.flags import GRPC, AsJson, Service
from items_cli.output.item_text import as_line, rows
from items_cli.output.terminal import print_table
from items_cli.session import connect
from items_client import ItemsError

ItemId = Annotated[str, typer.Argument(metavar="ID", help="The id of the item.")]
Revision = Annotated[
    int,
    typer.Option(
        "--revision",
        metavar="N",
        min=0,
        help="Print the item as it was at this revision.",
        show_default="the newest",
    ),
]
ShowDeleted = Annotated[
    bool, typer.Option("--show-deleted", help="Print the item even if it is deleted.")
]


def get_item(
    item_id: ItemId,
    revision: Revision = 0,
    show_deleted: ShowDeleted = False,
    as_json: AsJson = False,
    grpc: Service = str(GRPC),
) -> None:
    """Print one item.

    Exit codes: 0 printed, 1 there is no such item, 2 the service does not answer.
    """
    with connect(grpc) as session:
        try:
            item = session.run(
                session.items.get(item_id, revision=revision, show_deleted=show_deleted)
            )
        except ItemsError as error:
            raise Failure(reason(error)) from error
    if as_json:
        typer.echo(as_line(item))
    else:
        print_table(_table(item))


def _table(item: pb.Item) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, value in rows(item):
        table.add_row(Text(name, style="bold"), Text(value))
    return table
