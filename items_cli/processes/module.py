"""A Python module in the place of this process."""

import os
import sys
from typing import NoReturn

from items_cli.processes.logs import readable_on_a_terminal


def become(module: str, *arguments: str) -> NoReturn:
    """Go on as ``python -m module``: with its own process id, signals and exit code."""
    readable_on_a_terminal()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606  # no shell
