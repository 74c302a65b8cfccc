"""How the parts of the service log when a person watches."""

import os
import sys


def readable_on_a_terminal() -> None:
    """Let what is started from here log for people, if they see it and want nothing else."""
    if sys.stderr.isatty():
        os.environ.setdefault("ITEMS_LOG_FORMAT", "console")
