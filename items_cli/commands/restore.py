"""`items restore`: a store from a backup."""

from pathlib import Path
from typing import Annotated

import typer

from items_cli.flags import STORE, ExistingStore
from items_cli.upkeep import upkeep

BackupFile = Annotated[Path | None, typer.Argument(metavar="[FILE]", show_default=False)]
Force = Annotated[bool, typer.Option("--force", help="Set aside the store that is there.")]
AsNew = Annotated[bool, typer.Option("--as-new", help="Make a store of its own of the copy.")]
MarkOnly = Annotated[
    bool, typer.Option("--mark-only", help="Other means have put the store back: mark that.")
]


def restore(
    file: BackupFile = None,
    force: Force = False,
    as_new: AsNew = False,
    mark_only: MarkOnly = False,
    store: ExistingStore = STORE,
) -> None:
    """Put the store in the backup FILE in place, once it was found sound. Stop servers before.

    What was written after the backup is lost, and its etags and cursors are refused: no
    revision is given twice. --mark-only does that for a store that was put back otherwise,
    as PostgreSQL's are. --as-new is for a copy that lives beside the first: it gets an id of
    its own, and no sinks.
    """
    if (file is None) != mark_only:
        raise typer.BadParameter("name a backup FILE, or --mark-only")
    flags = [
        flag
        for flag, is_set in (("--force", force), ("--as-new", as_new), ("--mark-only", mark_only))
        if is_set
    ]
    upkeep(store, "restore", *flags, *([] if file is None else ["--", str(file)]))
