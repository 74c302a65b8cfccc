"""Raw connections to the facade: what is sent is sent as it is, and read only if asked."""

import socket
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Thread

from tests.fairness.attack import PATIENCE, SECONDS
from tests.fairness.service import Target

HOST = b"Host: localhost\r\n"

CHUNKED = (b"Transfer-Encoding: chunked", b"Content-Type: application/json")
"""The fields of a request with a JSON body in chunks."""


def head(line: bytes, *fields: bytes) -> bytes:
    """Return the head of a request, of its first line without the version."""
    return b"".join((line, b" HTTP/1.1\r\n", HOST, *(field + b"\r\n" for field in fields), b"\r\n"))


def get(target: bytes, *fields: bytes) -> bytes:
    """Return a GET of *target*."""
    return head(b"GET " + target, *fields)


def post(target: bytes, body: bytes, *fields: bytes) -> bytes:
    """Return a POST of a JSON *body*."""
    return (
        head(
            b"POST " + target,
            b"Content-Type: application/json",
            b"Content-Length: %d" % len(body),
            *fields,
        )
        + body
    )


@contextmanager
def connection(target: Target, receive_buffer: int | None = None) -> Iterator[socket.socket]:
    """Connect to the facade; errors of a connection that it has ended do not matter."""
    with suppress(OSError), socket.socket() as opened:
        if receive_buffer is not None:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        opened.settimeout(PATIENCE)
        opened.connect((target.host, target.port))
        yield opened


def exchange(target: Target, sent: bytes) -> None:
    """Send on one connection, reading meanwhile, until the peer is silent or ends it."""
    with connection(target) as opened:
        reading = Thread(target=_read_all, args=(opened,), daemon=True)
        reading.start()
        opened.sendall(sent)
        reading.join(PATIENCE)


def ask(target: Target, request: bytes) -> None:
    """Send one request, and wait for the beginning of its answer."""
    with connection(target) as opened:
        opened.sendall(request)
        opened.recv(65536)


def endless(target: Target, begun: bytes, again: bytes) -> None:
    """Send *begun*, and then *again* until the time is over."""
    with connection(target) as opened:
        opened.sendall(begun)
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            opened.sendall(again)


def together(number: int, act: Callable[[], object]) -> None:
    """Do *act* *number* times at the same time; return when all are done."""
    with ThreadPoolExecutor(number) as threads:
        for acting in [threads.submit(act) for _ in range(number)]:
            acting.result()


def for_a_while(act: Callable[[], object]) -> None:
    """Do *act* again and again until the time is over."""
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        act()


def open_connections(target: Target, number: int) -> list[socket.socket]:
    """Open *number* connections; fewer, if no more are taken."""
    opened: list[socket.socket] = []
    address = (target.host, target.port)
    with suppress(OSError):
        opened.extend(socket.create_connection(address, PATIENCE) for _ in range(number))
    return opened


def close_all(opened: Iterable[socket.socket]) -> None:
    """Close connections."""
    for each in opened:
        each.close()


def _read_all(opened: socket.socket) -> None:
    with suppress(OSError):
        while opened.recv(1 << 20):
            pass
