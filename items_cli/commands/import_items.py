"""`items import`: a catalogue from a file into the service."""

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from items_cli.errors import Failure, reason
from items_cli.flags import GRPC, Service
from items_cli.importing.batches import MOST_ITEMS
from items_cli.importing.import_progress import ImportProgress
from items_cli.importing.importer import Importer
from items_cli.importing.lines import one_item_a_line, read_lines
from items_cli.session import Session, connect
from items_client import ItemsError, RetryPolicy

STDIN = "-"

PATIENCE = 60.0
"""Seconds that a batch is sent again while the service does not answer."""

REFUSED = 1
NOT_POSSIBLE = 2
INTERRUPTED = 130

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
        help="How many items one call carries at most, from 1 to 1000.",
    ),
]


def import_items(file: File, grpc: Service = str(GRPC), batch: BatchSize = 500) -> None:
    """Load items from a file with one JSON object per line (NDJSON).

    An item is created, or replaced if it exists. A line that is refused is named with the
    reason, and disturbs no other. Importing again is harmless: what is the same stays as it
    is. `items list --json` prints what this reads; `jq -c '.[]'` turns a JSON array into it.

    Exit codes: 0 every line was taken, 1 a line was refused, 2 the file cannot be read or the
    service does not answer, 130 interrupted.
    """
    name = "<stdin>" if file == STDIN else file
    retry = RetryPolicy(attempts=100)
    with _opened(file) as stream, connect(grpc, timeout=PATIENCE, retry=retry) as session:
        code = _import(session, stream, name, batch)
    raise typer.Exit(code)


def _opened(file: str) -> AbstractContextManager[BinaryIO]:
    if file == STDIN:
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise Failure(f"cannot read {file}: {error.strerror}", NOT_POSSIBLE) from error


def _import(session: Session, stream: BinaryIO, name: str, batch: int) -> int:
    """Import *stream*, print what came of it, and answer with the exit code."""
    with ImportProgress(stream, name) as progress:
        importer = Importer(session, progress.refused)
        code, why = _run(importer, progress, stream, name, batch)
    typer.echo(importer.tally.summary())
    if why:
        typer.echo(f"{why} Run it again to go on: that is harmless.", err=True)
    return code


def _run(
    importer: Importer, progress: ImportProgress, stream: BinaryIO, name: str, batch: int
) -> tuple[int, str]:
    try:
        lines = one_item_a_line(read_lines(stream), name)
        importer.run(progress.follow(lines, importer.tally), batch)
    except KeyboardInterrupt:
        return INTERRUPTED, "Interrupted."
    except ItemsError as error:
        return NOT_POSSIBLE, f"Stopped: {reason(error)}."
    except OSError as error:
        return NOT_POSSIBLE, f"Stopped: the input cannot be read, {error.strerror}."
    return (REFUSED if importer.tally.refused else 0), ""
