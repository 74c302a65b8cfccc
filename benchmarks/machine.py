"""What the figures depend on besides the code."""

import os
import platform
import time
from pathlib import Path
from statistics import median


def describe_machine(folder: Path) -> str:
    """A line about the interpreter, the processors, and the disk that *folder* is on."""
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} processors,"
        f" {sync_time(folder) * 1000:.2f} ms for a write to reach the disk"
    )


def sync_time(folder: Path) -> float:
    """Seconds, the median of some, that 4 KiB take to be durable in *folder*."""
    page = bytes(4096)
    with (folder / "sync").open("wb", buffering=0) as file:
        return median(_sync(file.fileno(), page) for _ in range(50))


def _sync(file: int, page: bytes) -> float:
    started = time.perf_counter()
    os.write(file, page)
    os.fsync(file)
    return time.perf_counter() - started
