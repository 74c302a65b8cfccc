"""The server, the facade and the relay as processes of their own, as operators run them."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread
from typing import Any, ClassVar, Self

import psutil

_OF_CORE = re.compile(r"[IWE]\d{4} \S+ +\d+ \w+\.cc:\d+\] ")
"""How a line begins that gRPC's core has written."""


def free_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class ServiceProcess:
    """A running `python -m` *module*, killed with the block; it logs into *log*.

    *settings* are its ITEMS_* variables, by the rest of their names, in lower case.
    """

    serving: ClassVar = '"serving"'
    """What is in the line that says that it serves."""

    def __init__(self, module: str, **settings: str) -> None:
        self.log: list[str] = []
        self._is_serving = Event()
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            env=os.environ | {f"ITEMS_{name.upper()}": value for name, value in settings.items()},
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reading = Thread(target=self._read_log, name=f"log of {module}", daemon=True)
        self._reading.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def wait_until_serving(self, seconds: float = 30) -> None:
        """Return when the process says that it serves.

        Raises:
            AssertionError: it has ended, or took longer than *seconds*.
        """
        assert self._is_serving.wait(seconds), self._said("does not serve")
        assert self.log, "the process ended in silence"
        assert any(self.serving in line for line in self.log), self._said("ended")

    def said(self, name: str) -> str:
        """What it said of *name* when it began to serve."""
        line = next(line for line in self.log if self.serving in line)
        return str(json.loads(line)[name])

    @property
    def is_running(self) -> bool:
        """Whether it has not ended, of itself or killed."""
        return self._process.poll() is None

    def terminate(self, seconds: float = 30) -> None:
        """Ask the process to end, and give it *seconds* for that."""
        self._process.terminate()
        self.kill_after(seconds)
        self.kill()

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
            if self.serving in line:
                self._is_serving.set()
        self._is_serving.set()

    def _said(self, what: str) -> str:
        return "\n".join((f"the process {what}; it said:", *self.log))


class ServerProcess(ServiceProcess):
    """A gRPC server over the store in *folder*, which listens at *address*."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.store = folder / "items.db"
        self.address = f"unix:{folder}/grpc.sock"
        mine = {"store": f"sqlite:///{self.store}", "grpc": self.address}
        super().__init__("grpc_server", **mine | settings)


class FacadeProcess(ServiceProcess):
    """A facade in front of *upstream*, which takes a free port unless *http* says which."""

    def __init__(self, upstream: str, http: str = "127.0.0.1:0", **settings: str) -> None:
        super().__init__("rest_facade", upstream=upstream, http=http, **settings)

    def url(self) -> str:
        """Where it serves, once it does."""
        return f"http://{self.said('http')}"

    def connections(self) -> int:
        """How many connections of clients it has."""
        port = int(self.said("http").rpartition(":")[2])
        sockets = psutil.Process(self.pid).net_connections("tcp")
        return sum(each.laddr.port == port and bool(each.raddr) for each in sockets)


class RelayProcess(ServiceProcess):
    """A relay from *upstream* to the sinks at *urls*."""

    serving = '"relaying"'

    def __init__(self, upstream: str, *urls: str, **settings: str) -> None:
        super().__init__("items_events", upstream=upstream, events=" ".join(urls), **settings)


class IngestProcess(ServiceProcess):
    """An ingest from the source at *url* to *upstream*; one that shows its metrics, runs."""

    serving = '"metrics"'

    def __init__(self, upstream: str, url: str, **settings: str) -> None:
        super().__init__("items_events.ingest", upstream=upstream, ingest=url, **settings)


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
