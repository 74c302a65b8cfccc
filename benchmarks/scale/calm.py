"""Waits for a moment in which nobody else uses the machine, but not for ever."""

import time

import psutil

CALM = 0.2
"""So many processors may be used by others."""


def await_calm(patience: float) -> None:
    """Wait until the machine has been calm for a second, or for *patience* seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        busy = psutil.cpu_percent(interval=1.0) / 100 * (psutil.cpu_count() or 1)
        if busy <= CALM:
            return
