"""Reads of a connection in sizes that fit the message at hand."""

import asyncio

from rest_facade.http.framing import BODY_READ
from rest_facade.http.protocol import BoundedProtocol


class Intake(asyncio.BufferedProtocol):
    """Reads for *protocol*, as many bytes as it wants, into the *buffer* of all connections.

    A transport reads as much as it can otherwise, 256 KB: thousands of small requests.
    """

    def __init__(self, protocol: BoundedProtocol, buffer: memoryview) -> None:
        self._protocol = protocol
        self._buffer = buffer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to read."""
        self._protocol.connection_made(transport)  # type: ignore[arg-type]  # as uvicorn has it

    def get_buffer(self, _: int) -> memoryview:
        """Return where to read to."""
        return self._buffer[: self._protocol.appetite()]

    def buffer_updated(self, size: int) -> None:
        """Pass on what was read."""
        self._protocol.data_received(bytes(self._buffer[:size]))

    def eof_received(self) -> None:
        """Close the connection: its client sends no more."""
        self._protocol.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._protocol.connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for the client to read."""
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """Go on writing."""
        self._protocol.resume_writing()


def intake_buffer() -> memoryview:
    """Return a buffer for the connections of a server."""
    return memoryview(bytearray(BODY_READ))
