"""`items backup`: copy a store into a file."""

from pathlib import Path
from typing import Annotated

import typer

from items_cli.flags import STORE, ExistingStore

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write the copy to.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")]


def backup(file: BackupFile, force: Force = False, store: ExistingStore = STORE) -> None:
    """Copy the store into a file while the service keeps running.

    FILE appears when it is complete and on the disk, not before. It holds everything that is
    in the store, keys included: only its owner can read it. PostgreSQL has its own tools.

    Exit codes: 0 done, 2 the store cannot be read or the file cannot be written.
    """
    from items_cli.upkeep.backup import backup as back_up

    back_up(store, file, replaces=force)
