"""`items import`: load items from a file into the service."""

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from items_cli.errors import Failure
from items_cli.flags import GRPC, Service
from items_cli.session import connect
from items_client import RetryPolicy

STDIN = "-"

PATIENCE = 60.0
"""The time, in seconds, that a batch is sent again while the service does not answer."""

UNREADABLE = 2
"""The exit code if the file cannot be read."""

MOST_ITEMS = 1000
"""The most items that the contract allows in one BatchWriteItems."""

File = Annotated[
    str, typer.Argument(metavar="FILE", help="A file of NDJSON, or `-` for standard input.")
]
BatchSize = Annotated[
    int,
    typer.Option(
        "--batch",
        metavar="N",
        envvar="ITEMS_BATCH",
        min=1,
        max=MOST_ITEMS,
        help="The most items of one call, from 1 to 1000.",
    ),
]


def import_items(file: File, grpc: Service = str(GRPC), batch: BatchSize = 500) -> None:
    """Load items from a file with one JSON object per line (NDJSON).

    An item is created, or replaced if it exists. A line that is refused is named with the
    reason; the other lines are imported. Importing a file again is harmless: what is the same
    stays as it is. The command reads what `items list --json` prints; `jq -c '.[]'` turns a JSON
    array into lines.

    Exit codes: 0 every line was taken, 1 a line was refused, 2 the file cannot be read or the
    service does not answer, 130 interrupted.
    """
    from items_cli.importing.file_import import import_file

    name = "<stdin>" if file == STDIN else file
    retry = RetryPolicy(attempts=100)
    with _opened(file) as stream, connect(grpc, timeout=PATIENCE, retry=retry) as session:
        code = import_file(session, stream, name, batch)
    raise typer.Exit(code)


def _opened(file: str) -> AbstractContextManager[BinaryIO]:
    if file == STDIN:
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise Failure(f"cannot read {file}: {error.strerror}", UNREADABLE) from error
