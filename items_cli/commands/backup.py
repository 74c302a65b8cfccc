"""`items backup`: a copy of a store in a file."""

from pathlib import Path
from typing import Annotated

import typer

from items_cli.flags import STORE, ExistingStore
from items_cli.upkeep import upkeep

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]
Force = Annotated[bool, typer.Option("--force", help="Replace the file, if there is one.")]


def backup(file: BackupFile, force: Force = False, store: ExistingStore = STORE) -> None:
    """Copy the store into FILE, as it is at this moment, while the service goes on.

    The file is there when it is complete and on the disk, and not before. It holds all that
    the store does, keys too: only its owner can read it. PostgreSQL has its own means.
    """
    upkeep(store, "backup", *(["--force"] if force else []), "--", str(file))
