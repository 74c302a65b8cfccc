"""The server as a process of its own, as operators run it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

_OF_CORE = re.compile(r"[IWE]\d{4} \S+ +\d+ \w+\.cc:\d+\] ")
"""How a line begins that gRPC's core has written."""


class ServerProcess:
    """A running `python -m grpc_server`, over the store in *folder*; killed with the block.

    It listens at *address*, and logs into *log*; *settings* are those of the server.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.store = folder / "items.db"
        self.address = f"unix:{folder}/grpc.sock"
        self.log: list[str] = []
        self._is_serving = Event()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "grpc_server"],
            env=os.environ
            | {"ITEMS_STORE": f"sqlite:///{self.store}", "ITEMS_GRPC": self.address}
            | {f"ITEMS_{name.upper()}": value for name, value in settings.items()},
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reading = Thread(target=self._read_log, name="server log", daemon=True)
        self._reading.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def wait_until_serving(self, seconds: float = 30) -> None:
        """Return when the server says that it serves.

        Raises:
            AssertionError: it has ended, or took longer than *seconds*.
        """
        assert self._is_serving.wait(seconds), self._said("does not serve")
        assert self.log, "the server ended in silence"
        assert any('"serving"' in line for line in self.log), self._said("ended")

    def kill(self) -> None:
        """End the process with SIGKILL, which it cannot notice; read the rest of its log."""
        self._process.kill()
        self._process.wait()
        self._reading.join()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def kill_after(self, seconds: float) -> None:
        """End the process when *seconds* have passed, whatever it does then."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def faults(self, since: int = 0) -> list[str]:
        """The lines of the log, from line *since* on, that tell of a fault of the service."""
        return [line for line in self.log[since:] if not _is_harmless(line)]

    def _read_log(self) -> None:
        for line in self._process.stderr or ():
            self.log.append(line.rstrip("\n"))
            if '"serving"' in line:
                self._is_serving.set()
        self._is_serving.set()

    def _said(self, what: str) -> str:
        return "\n".join((f"the server {what}; it said:", *self.log))


def _is_harmless(line: str) -> bool:
    """Whether *line* is no warning of ours, nor of a traceback.

    What gRPC's core says of clients that break the protocol cannot be prevented.
    """
    if _OF_CORE.match(line):
        return True
    try:
        event: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:
        return False
    return event.get("level") in {"debug", "info"}
