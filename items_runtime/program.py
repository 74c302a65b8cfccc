"""A program, from its first import on."""

import sys
from importlib import import_module

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C has ended, as shells have it."""


def run_program(module: str, function: str = "main") -> None:
    """Import *module*, and call its *function*.

    Ctrl-C ends the program without a traceback at any time, also within the second that
    the imports take.
    """
    try:
        getattr(import_module(module), function)()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
