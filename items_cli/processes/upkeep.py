"""What is done to a store itself, in the place of this process."""

import os
from typing import NoReturn

from items_cli.processes.parts import become


def upkeep(store: str, *arguments: str, to: str = "") -> NoReturn:
    """Go on as ``python -m store_tools`` with *arguments*, about *store*, and *to* another.

    URLs are not on the command line then: they may hold passwords.
    """
    os.environ.update(ITEMS_STORE=store, ITEMS_TO=to)
    become("store_tools", *arguments)
