"""`items doctor`: is a store sound?"""

from typing import Annotated

import typer

from items_cli.flags import STORE, ExistingStore
from items_cli.upkeep import upkeep

AsJson = Annotated[bool, typer.Option("--json", help="Print one object of JSON.")]


def doctor(as_json: AsJson = False, store: ExistingStore = STORE) -> None:
    """Look at all that a store holds, and print what is wrong, a line each.

    It reads a snapshot, beside the service. The exit code is 0 if the store is sound, 1 if
    something is wrong with it, 2 if it cannot be read. `--store sqlite:///FILE` looks at a
    backup.
    """
    upkeep(store, "doctor", *(["--json"] if as_json else []))
