"""HTTP/1.1 by hand: what no client library sends, and an honest client beside it."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.processes import FacadeProcess

PAGE = os.sysconf("SC_PAGE_SIZE")

LONGEST_TURN = 1.0
"""Seconds that a facade may work for others while a client waits for it: 0.25, with room for
a processor that is shared."""

LONGEST_WAIT = 1.0
"""Seconds that a client may wait in all, on a machine that does little else."""

MOST_MEMORY = 300 * 1024 * 1024
"""Bytes that a facade may have resident, whatever is sent to it."""

HOST = b"host: 127.0.0.1\r\n"


def get(path: str, *headers: bytes) -> bytes:
    """A GET of *path*."""
    return request("GET", path, *headers)


def post(path: str, body: bytes, *headers: bytes) -> bytes:
    """A POST of the JSON in *body* to *path*."""
    length = b"content-length: %d" % len(body)
    return request("POST", path, b"content-type: application/json", length, *headers) + body


def request(method: str, path: str, *headers: bytes) -> bytes:
    """A request without a body."""
    line = f"{method} {path} HTTP/1.1\r\n".encode()
    return line + HOST + b"".join(header + b"\r\n" for header in headers) + b"\r\n"


class Connection:
    """A connection to the facade at *url*, on which anything may be sent."""

    def __init__(self, url: str, *, receive_buffer: int | None = None) -> None:
        address = urlsplit(url)
        self._socket = socket.socket()
        if receive_buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.settimeout(30)
        self._is_patient = True
        self._socket.connect((address.hostname, address.port))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Send *data*, all of it."""
        self._socket.sendall(data)

    def send_until_refused(self, data: bytes, most: int) -> int:
        """Send *data* again and again, *most* bytes at most; returns how many were taken."""
        sent = 0
        self._socket.settimeout(5)
        try:
            while sent < most:
                sent += self._socket.send(data)
        except OSError:
            pass
        finally:
            self._socket.settimeout(30)
        return sent

    def wait_at_most(self, seconds: float) -> None:
        """Receive nothing, instead of failing, when so many *seconds* have passed."""
        self._socket.settimeout(seconds)
        self._is_patient = False

    def receive(self, size: int = 65536) -> bytes:
        """The next bytes; none if the facade has closed the connection."""
        try:
            return self._socket.recv(size)
        except ConnectionError:
            return b""
        except TimeoutError:
            if self._is_patient:
                raise
            return b""

    def receive_all(self) -> bytes:
        """Everything until the facade closes the connection.

        Raises:
            TimeoutError: it was silent for 30 s.
        """
        received = []
        while data := self.receive():
            received.append(data)
        return b"".join(received)

    def ask(self, sent: bytes) -> bytes:
        """The answer to *sent*, whose content has a length."""
        self.send(sent)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += self._more()
        return head + b"\r\n\r\n" + body

    def _more(self) -> bytes:
        data = self.receive()
        if not data:
            raise ConnectionError("the facade has closed the connection")
        return data


@contextmanager
def connections(url: str, count: int) -> Iterator[list[Connection]]:
    """*count* connections, which are closed with the block."""
    opened = [Connection(url) for _ in range(count)]
    try:
        yield opened
    finally:
        for each in opened:
            each.__exit__(None, None, None)


class HonestClient:
    """Reads one item again and again within the block.

    *longest* is the longest time that the event loop of *facade* worked while it waited for
    one answer, in seconds of the processor: on a machine that does nothing else, that is
    how long it waited, and on a busy one it is still the fault of the facade.
    """

    def __init__(self, facade: FacadeProcess) -> None:
        self._url = facade.url()
        self._schedule = Path(f"/proc/{facade.pid}/task/{facade.pid}/schedstat")
        self._sent = get("/v1/items/one")
        self._ends = Event()
        self._thread = Thread(target=self._read, daemon=True)
        self.longest = 0.0
        self.answers = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._ends.set()
        self._thread.join()

    def assert_served(self) -> None:
        """Hold the facade to what it owes an honest client; for after the block.

        Raises:
            AssertionError: one read took too long, or none was answered.
        """
        assert self.answers
        assert self.longest < LONGEST_TURN

    def _read(self) -> None:
        with Connection(self._url) as connection:
            while not self._ends.is_set():
                began = self._worked()
                answer = connection.ask(self._sent)
                self.longest = max(self.longest, self._worked() - began)
                assert answer.startswith(b"HTTP/1.1 200 OK\r\n"), answer
                self.answers += 1

    def _worked(self) -> float:
        return int(self._schedule.read_text().split()[0]) / 1e9


class Memory:
    """The resident memory of a process, looked at all the time within the block."""

    def __init__(self, pid: int) -> None:
        self._file = Path(f"/proc/{pid}/statm")
        self._ends = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self.before = self.now()
        self.most = self.before

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._ends.set()
        self._thread.join()

    def now(self) -> int:
        """Bytes that are resident now."""
        return int(self._file.read_text().split()[1]) * PAGE

    def _watch(self) -> None:
        while not self._ends.wait(0.01):
            self.most = max(self.most, self.now())
