"""HTTP/1.1 load: connections that each have one request in flight.

Requests are encoded beforehand and answers are parsed only as far as their
Content-Length, so that the generator costs little beside what it measures.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from benchmarks.example import example_id, example_json
from benchmarks.load.load import Load, LoadFailed, Operation, Sample
from items_runtime.address import Address

_STATUS = {Operation.GET: b"200", Operation.CREATE: b"201"}


@dataclass(frozen=True, slots=True)
class _Exchange:
    """A request, and the id of the item that its answer is about."""

    request: bytes
    item_id: bytes


async def http_load(load: Load) -> Sample:
    """Send *load* over keep-alive connections, opened before the clock starts.

    Raises:
        LoadFailed: an answer was not the expected one.
        OSError: the connections cannot be opened.
    """
    latencies: list[float] = []
    exchanges = _exchanges(load)
    connections = [
        await _connect(load.address, _Connection(exchanges, _STATUS[load.operation], latencies))
        for _ in range(load.in_flight)
    ]
    started = time.perf_counter()
    for connection in connections:
        connection.send_next()
    await asyncio.gather(*(connection.ended for connection in connections))
    return Sample.of(latencies, time.perf_counter() - started)


class _Connection(asyncio.Protocol):
    """Sends the next exchange as soon as the one before is answered."""

    def __init__(
        self, exchanges: Iterator[_Exchange], status: bytes, latencies: list[float]
    ) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._exchanges = exchanges
        self._status = status
        self._latencies = latencies
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def send_next(self) -> None:
        """Send the next request, or end if there is none."""
        exchange = next(self._exchanges, None)
        if exchange is None:
            self.ended.set_result(None)
            self._transport.close()
            return
        self._item_id = exchange.item_id
        self._sent = time.perf_counter()
        self._transport.write(exchange.request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        try:
            if len(self._received) == _answer_size(self._received):
                self._latencies.append(time.perf_counter() - self._sent)
                self._check()
                self._received = b""
                self.send_next()
        except LoadFailed as error:
            self._fail(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(LoadFailed(f"the connection was lost: {exc or 'closed by the server'}"))

    def _check(self) -> None:
        answered = self._received[9:12] == self._status and self._item_id in self._received
        if not answered:
            raise LoadFailed(f"not the answer about {self._item_id!r}: {self._received[:1000]!r}")

    def _fail(self, error: LoadFailed) -> None:
        if not self.ended.done():
            self.ended.set_exception(error)
            self._transport.abort()


def _answer_size(received: bytes) -> int | None:
    """How long the answer is that *received* begins; None if it does not say yet."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    _, found, rest = received[:end].lower().partition(b"\r\ncontent-length:")
    if not found:
        raise LoadFailed(f"an answer without Content-Length: {received[:1000]!r}")
    return end + 4 + int(rest.split(b"\r\n", 1)[0])


async def _connect(address: str, connection: _Connection) -> _Connection:
    place = Address.parse(address)
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: connection, place.host, place.port)
    return connection


def _exchanges(load: Load) -> Iterator[_Exchange]:
    if load.operation is Operation.GET:
        known = [_get(load.address, example_id(load.prefix, n)) for n in range(load.known)]
        return (known[n % load.known] for n in load.limit.tickets())
    create = _Create(load.address, load.prefix)
    return (create(n) for n in load.limit.tickets())


def _get(address: str, item_id: str) -> _Exchange:
    return _Exchange(
        f"GET /v1/items/{item_id} HTTP/1.1\r\nhost: {address}\r\n\r\n".encode(), item_id.encode()
    )


class _Create:
    """Makes the POST of an item by putting its id into one that was encoded before."""

    def __init__(self, address: str, prefix: str) -> None:
        placeholder = example_id(prefix, 0)
        body = example_json(placeholder)
        head = (
            f"POST /v1/items HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        self._prefix = prefix
        self._before, _, self._after = (head.encode() + body).partition(placeholder.encode())

    def __call__(self, number: int) -> _Exchange:
        item_id = example_id(self._prefix, number).encode()
        return _Exchange(self._before + item_id + self._after, item_id)
