"""HTTP/2 by hand: connections that no gRPC library would make. (RFC 9113, RFC 7541)."""

import re
import socket
import struct
from collections.abc import Iterable
from typing import Self

CONTINUES, END_STREAM, END_HEADERS = 0, 1, 4

_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING = 0, 1, 3, 4, 6
_STATUS = re.compile(rb"\x0bgrpc-status[\x01\x02](\d{1,2})")


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """One frame of HTTP/2."""
    length = struct.pack(">I", len(payload))[1:]
    return length + bytes([kind, flags]) + struct.pack(">I", stream) + payload


SETTINGS = frame(_SETTINGS, CONTINUES, 0, b"")
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SETTINGS
"""What a client says first."""

PING = frame(_PING, CONTINUES, 0, b"eight by")
RESET = frame(_RST_STREAM, CONTINUES, 1, struct.pack(">I", 8))
"""The client gives the call up."""


def headers(fields: Iterable[tuple[bytes, bytes]], flags: int = END_HEADERS) -> bytes:
    """Header fields of the first stream, each written out in full."""
    block = b"".join(b"\0" + _text(name) + _text(value) for name, value in fields)
    return frame(_HEADERS, flags, 1, block)


def data(payload: bytes, flags: int = END_STREAM) -> bytes:
    """Data of the first stream."""
    return frame(_DATA, flags, 1, payload)


def message(payload: bytes, *, compressed: bool = False) -> bytes:
    """A message of gRPC."""
    return bytes([compressed]) + struct.pack(">I", len(payload)) + payload


def call(
    method: bytes = b"GetItem",
    *extra: tuple[bytes, bytes],
    content_type: bytes = b"application/grpc",
    flags: int = END_HEADERS,
) -> bytes:
    """The header fields of a call of our service."""
    fields = (
        (b":method", b"POST"),
        (b":scheme", b"http"),
        (b":path", b"/items.v1.ItemService/" + method),
        (b":authority", b"localhost"),
        (b"content-type", content_type),
        (b"te", b"trailers"),
        *extra,
    )
    return headers(fields, flags)


def window(size: int) -> bytes:
    """Settings by which each stream may have so many bytes on their way to the client."""
    return frame(_SETTINGS, CONTINUES, 0, struct.pack(">HI", 4, size))


def on_stream(number: int, *frames: bytes) -> bytes:
    """Put frames of the first stream on another one; clients have the odd numbers."""
    return b"".join(each[:5] + struct.pack(">I", number) + each[9:] for each in frames)


class Connection:
    """A connection to the server at *address*, until the block ends."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        is_unix = host == "unix"
        self._socket = socket.socket(socket.AF_UNIX if is_unix else socket.AF_INET)
        self._socket.settimeout(5)
        self._socket.connect(port if is_unix else (host, int(port)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, *parts: bytes) -> None:
        """Send bytes; what the server no longer takes is not sent."""
        try:
            self._socket.sendall(b"".join(parts))
        except ConnectionError:
            return

    def say_no_more(self) -> None:
        """Close the direction from here to the server."""
        self._socket.shutdown(socket.SHUT_WR)

    def status(self) -> int | None:
        """The status of the call, None if the server ends the connection instead.

        Raises:
            TimeoutError: it does neither within five seconds.
        """
        answer = b""
        while not (found := _STATUS.search(answer)):
            part = self._receive()
            if not part:
                return None
            answer += part
        return int(found[1])

    def _receive(self) -> bytes:
        try:
            return self._socket.recv(65536)
        except ConnectionError:
            return b""


def _text(text: bytes) -> bytes:
    length = len(text)
    if length < 0x7F:
        return bytes([length]) + text
    return b"\x7f" + _varint(length - 0x7F) + text


def _varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])
