"""`items restore`: put a backup in place of a store."""

from pathlib import Path
from typing import Annotated

import typer

from items_cli.flags import STORE, ExistingStore

BackupFile = Annotated[
    Path | None, typer.Argument(metavar="FILE", show_default=False, help="The backup.")
]
Force = Annotated[
    bool, typer.Option("--force", help="Set the present store aside under another name.")
]
AsNew = Annotated[
    bool, typer.Option("--as-new", help="Make the copy a store of its own, with a new id.")
]
MarkOnly = Annotated[
    bool, typer.Option("--mark-only", help="Mark a store that other tools have put back.")
]


def restore(
    file: BackupFile = None,
    force: Force = False,
    as_new: AsNew = False,
    mark_only: MarkOnly = False,
    store: ExistingStore = STORE,
) -> None:
    """Put a backup in place of the store. Stop the servers first.

    The backup is checked first. What was written after it is lost, and its etags and cursors
    are refused: no revision is given twice. --mark-only does the same for a store that other
    tools have put back, such as PostgreSQL's. --as-new is for a copy that lives beside the
    first store: it gets an id of its own, and no sinks.

    Exit codes: 0 done, 2 nothing was changed.
    """
    if (file is None) != mark_only:
        raise typer.BadParameter("name a backup FILE, or --mark-only")
    from items_cli.upkeep import restore as upkeep

    if file is None:
        upkeep.mark(store)
    else:
        upkeep.restore(store, file, replaces=force, is_another=as_new)
