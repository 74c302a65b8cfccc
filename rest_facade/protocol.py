"""HTTP/1.1 as uvicorn speaks it, with an end to how large and how slow a head may be."""

import asyncio
from collections.abc import Sequence

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

MAX_HEAD_BYTES = 512 * 1024
"""What a request line and headers may have; a thousand long ids fit well."""

HEAD_SECONDS = 10.0
"""How long a client may take to send them; a body has the deadline of its call."""


class BoundedProtocol(HttpToolsProtocol):
    """Gives up connections that send no end of a head, which uvicorn keeps forever."""

    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None
    _earlier: Sequence[RequestResponseCycle] = ()
    """Calls under way when the client sent the next one without waiting."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Expect a head."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Take bytes; those before the end of the head are counted."""
        if self._head_timer is not None:
            self._head_bytes += len(data)
        if self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(b"431 Request Header Fields Too Large")
        else:
            super().data_received(data)

    def on_message_begin(self) -> None:
        """Expect a head, on a connection that had one before too."""
        super().on_message_begin()
        self._earlier = [one for one in (*self._earlier, self.cycle) if _goes_on(one)]
        if self._head_timer is None:
            self._expect_head()

    def on_headers_complete(self) -> None:
        """Serve the call: its head has ended."""
        self._forget_head()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more; uvicorn tells it to the last call of the connection only."""
        self._forget_head()
        super().connection_lost(exc)
        for call in self._earlier:
            call.disconnected = True
            call.message_event.set()

    def _expect_head(self) -> None:
        late = b"408 Request Timeout"
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._refuse, late)

    def _forget_head(self) -> None:
        self._head_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, status: bytes) -> None:
        self._forget_head()
        if not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
            self.transport.close()


def _goes_on(call: RequestResponseCycle | None) -> bool:
    return call is not None and not call.response_complete
