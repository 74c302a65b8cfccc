"""`items doctor`: examine a store."""

from typing import Annotated

import typer

from items_cli.flags import STORE, ExistingStore

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def doctor(as_json: AsJson = False, store: ExistingStore = STORE) -> None:
    """Check everything that a store holds, and list what is wrong.

    It reads a snapshot beside the running service. `--store sqlite:///FILE` checks a backup.

    Exit codes: 0 the store is sound, 1 something is wrong with it, 2 it cannot be read.
    """
    from items_cli.upkeep.doctor import doctor as examine

    raise typer.Exit(examine(store, as_json=as_json))
