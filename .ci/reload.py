"""Run a command, and restart it whenever a Python file changes.

    python .ci/reload.py FOLDER... -- COMMAND...

Ctrl-C and SIGTERM end both. A command that ends by itself is started again at the next
change, so that a syntax error costs no restart by hand.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

INTERVAL = 0.5
"""Seconds between two looks at the files: a standard-library poll needs no dependency."""

GRACE = 15
"""Seconds that the command has to end before it is killed."""


def main(arguments: Sequence[str]) -> int:
    """Run the command after `--`, and watch the folders before it, until interrupted."""
    split = arguments.index("--")
    folders, command = [Path(name) for name in arguments[:split]], arguments[split + 1 :]
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        while True:
            written = write_times(folders)
            with running(command):
                while write_times(folders) == written:
                    time.sleep(INTERVAL)
            print("A file has changed: restarting.", flush=True)
    except KeyboardInterrupt:
        return 0


@contextmanager
def running(command: Sequence[str]) -> Iterator[None]:
    """Run *command* until the end of the block."""
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def write_times(folders: Sequence[Path]) -> dict[Path, int]:
    """Return when each Python file below *folders* was written, in nanoseconds."""
    return {path: _written(path) for folder in folders for path in folder.rglob("*.py")}


def _written(path: Path) -> int:
    """Return when *path* was written; 0 if an editor has just moved it away."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
