"""What is done to a store itself, in the place of this process."""

import os
from typing import NoReturn

from items_cli.module import become


def upkeep(store: str, *arguments: str) -> NoReturn:
    """Go on as ``python -m grpc_server.upkeep`` with *arguments*, about *store*."""
    os.environ["ITEMS_STORE"] = store  # not on the command line: it may hold a password
    become("grpc_server.upkeep", *arguments)
