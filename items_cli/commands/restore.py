"""`items restore`: a store from a backup."""

from pathlib import Path
from typing import Annotated

import typer

from items_cli.flags import STORE, ExistingStore

BackupFile = Annotated[
    Path | None, typer.Argument(metavar="FILE", show_default=False, help="The backup.")
]
Force = Annotated[bool, typer.Option("--force", help="Set the present store aside, and keep it.")]
AsNew = Annotated[
    bool, typer.Option("--as-new", help="Make the copy a store of its own, with a new id.")
]
MarkOnly = Annotated[
    bool, typer.Option("--mark-only", help="Mark a store that other means have put back.")
]


def restore(
    file: BackupFile = None,
    force: Force = False,
    as_new: AsNew = False,
    mark_only: MarkOnly = False,
    store: ExistingStore = STORE,
) -> None:
    """Put a backup in place of the store. Stop the servers first.

    The backup is checked before. What was written after it is lost, and the etags and cursors
    of that are refused: no revision is given twice. --mark-only does the same for a store that
    was put back otherwise, as PostgreSQL's are. --as-new is for a copy that lives
    beside the first: it gets an id of its own, and no sinks.

    Exit codes: 0 done, 2 nothing was changed.
    """
    if (file is None) != mark_only:
        raise typer.BadParameter("name a backup FILE, or --mark-only")
    from items_cli.upkeep import restore as upkeep

    if file is None:
        upkeep.mark(store)
    else:
        upkeep.restore(store, file, replaces=force, is_another=as_new)
