"""The import of one file: from its lines to the summary and the exit code."""

from typing import BinaryIO

import typer

from items_cli.errors import reason
from items_cli.importing.import_progress import ImportProgress
from items_cli.importing.importer import Importer
from items_cli.importing.lines import one_item_a_line, read_lines
from items_cli.output.terminal import say
from items_cli.session import Session
from items_client import ItemsError
from items_runtime.program import INTERRUPTED

REFUSED = 1
"""The exit code if the service, or the contract, refused a line."""

NOT_POSSIBLE = 2
"""The exit code if the file cannot be read, or the service does not answer."""


def import_file(session: Session, stream: BinaryIO, name: str, batch: int) -> int:
    """Import *stream*, shown as *name*, in batches of *batch* lines; return the exit code."""
    with ImportProgress(stream, name) as progress:
        importer = Importer(session, progress.refused)
        code, why = _run(importer, progress, stream, name, batch)
    typer.echo(importer.tally.summary())
    if why:
        say(f"{why} Run the command again to resume; items that are there stay as they are.")
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
