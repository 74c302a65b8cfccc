"""`items backup`: a copy of a store in a file."""

from pathlib import Path
from typing import Annotated

import typer

from items_cli.flags import STORE, ExistingStore

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy is written.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")]


def backup(file: BackupFile, force: Force = False, store: ExistingStore = STORE) -> None:
    """Copy the store into a file while the service keeps running.

    FILE appears when it is complete and on the disk, and not before. It holds all that the
    store does, keys too: only its owner can read it. PostgreSQL has its own means.

    Exit codes: 0 done, 2 the store cannot be read or the file not written.
    """
    from items_cli.upkeep.backup import backup as back_up

    back_up(store, file, replaces=force)
