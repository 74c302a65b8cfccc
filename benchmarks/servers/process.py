"""A server in a process of its own: started, awaited, weighed and ended."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from items_cli.processes import parent_death
from items_runtime.address import Address

STARTUP = 30.0
"""Seconds that a server has until it listens."""

STOP = 10.0
"""Seconds that a server has to end by itself."""


class ServerFailed(Exception):
    """A server ended, or did not listen in time; the message ends with its last words."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its *name* for people, and where it listens."""

    name: str
    address: str
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def memory(self) -> int:
        """The resident set in bytes, shared pages included."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    @property
    def listens(self) -> bool:
        """Whether it takes connections."""
        place = Address.parse(self.address)
        try:
            socket.create_connection((place.host, place.port), timeout=1).close()
        except OSError:
            return False
        return True

    def await_listening(self) -> None:
        """Wait until it listens.

        Raises:
            ServerFailed: it ended, or took too long.
        """
        end = time.monotonic() + STARTUP
        while not self.listens:
            if self.process.poll() is not None or time.monotonic() > end:
                said = self.log.read_text(errors="replace")[-2000:]
                raise ServerFailed(f"{self.name} does not listen on {self.address}:\n{said}")
            time.sleep(0.05)


@contextmanager
def running(
    name: str,
    arguments: Sequence[str],
    address: str,
    folder: Path,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """`python -m` *arguments*, listening on *address*; its output goes to a file in *folder*.

    It is tied to this process, as by `items serve`: it ends when this one does.

    Raises:
        ServerFailed: it did not come up.
    """
    log = folder / f"{name.replace(' ', '-')}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            parent_death.command(*arguments),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(variables or {})},
        )
    try:
        server = Server(name, address, log, process)
        server.await_listening()
        yield server
    finally:
        _end(process)


def free_address() -> str:
    """An address on loopback whose port is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def _end(process: subprocess.Popen[bytes]) -> None:
    with process:  # closes its standard input, too
        process.terminate()
        try:
            process.wait(STOP)
        except subprocess.TimeoutExpired:
            process.kill()
