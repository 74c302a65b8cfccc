"""A RabbitMQ node of the tests' own, where the program is installed: it can be killed.

One node serves all tests of a run, for it takes seconds to start.
"""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Final

from tests.needs import rabbitmq_server

STARTUP: Final = 60.0
"""Seconds that a node may take to start, and its port to be let go of."""

LARGEST: Final = 20_000_000
"""Bytes of a message that the node takes."""

_TIED: Final = '("$0" </dev/null; kill -s KILL 0) & read _; kill -s KILL 0'
"""Runs a program until it ends, or standard input does; then nothing of it is left."""


class RabbitNode:
    """A node whose data is in *folder*; its processes are a group of their own."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.port = _free_port()
        self._program = program
        self._data = folder / "data"
        self._environment = os.environ | {
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"items-test-{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(_free_port()),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self._data),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "config"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
        }
        (folder / "rabbitmq.conf").write_text(f"max_message_size = {LARGEST}\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it listens."""
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", _TIED, self._program],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait_until(listens=True)

    def kill(self) -> None:
        """End all its processes so that they cannot notice; returns when they are gone."""
        if self._process is None:
            return
        self.tell(signal.SIGKILL)
        self._process.communicate()
        self._process = None
        self._wait_until(listens=False)

    def tell(self, number: signal.Signals) -> None:
        """Send the signal *number* to all its processes."""
        assert self._process is not None
        os.killpg(self._process.pid, number)

    def keeps(self, queue: str) -> bool:
        """Whether the quorum queue *queue* will be there when the node was killed.

        RabbitMQ (3.10) writes down a second later which quorum queues there are. One that
        it did not write down takes nothing any more, and what it had confirmed is lost.
        """
        name = f"%2F_{queue}".encode()
        atom = bytes([len(name)]) + name  # and not one that begins like it
        return any(atom in path.read_bytes() for path in self._data.glob("*/quorum/*/names.dets"))

    def _wait_until(self, *, listens: bool) -> None:
        end = time.monotonic() + STARTUP
        while _listens(self.port) is not listens:
            assert time.monotonic() < end, f"RabbitMQ: listens is not {listens}"
            assert self._process is None or self._process.poll() is None, "RabbitMQ has ended"
            time.sleep(0.05)


@cache
def rabbit_node() -> RabbitNode | None:
    """Give the node of this run, started; None where there is no program."""
    program = rabbitmq_server()
    if program is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="items-rabbit-"))
    node = RabbitNode(program, folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(node.kill)
    node.start()
    return node


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
