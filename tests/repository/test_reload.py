"""`make dev` restarts the service when a file changes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

COMMAND = [sys.executable, "-u", "-c", "import time; print('started'); time.sleep(60)"]
RELOAD = [sys.executable, str(ROOT / ".ci/reload.py")]


@contextmanager
def reloading(watched: Path, command: list[str]) -> Iterator[Iterator[str]]:
    """The lines that *command* prints under the reloader, which watches *watched*."""
    with subprocess.Popen(
        [*RELOAD, str(watched), "--", *command], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield map(str.strip, process.stdout)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0


def test_a_changed_file_restarts_the_command(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("value = 1\n")
    with reloading(tmp_path, COMMAND) as lines:
        assert next(lines) == "started"
        module.write_text("value = 2  # and its time of writing is another one\n")
        assert next(lines) == "A file has changed: restarting."
        assert next(lines) == "started"


def test_a_command_that_has_ended_starts_again_at_the_next_change(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('ended', flush=True)"]
    with reloading(tmp_path, command) as lines:
        assert next(lines) == "ended"
        (tmp_path / "new.py").write_text("")
        assert next(lines) == "A file has changed: restarting."
        assert next(lines) == "ended"


def test_the_command_ends_with_the_reloader(tmp_path: Path) -> None:
    told = [sys.executable, "-u", "-c", "import os, time; print(os.getpid()); time.sleep(60)"]
    with reloading(tmp_path, told) as lines:
        command = int(next(lines))
    with pytest.raises(ProcessLookupError):
        os.kill(command, 0)
