"""HTTP/1.1 as uvicorn speaks it, with an end to how large and how slow a head may be."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus

import structlog
import uuid_utils
from grpc import StatusCode
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from rest_facade.problems import Problem, refused

MAX_HEAD_BYTES = 512 * 1024
"""What a request line and headers may have; a thousand long ids fit well."""

MAX_PARSED = 65_535
"""The longest URL that httptools can split."""

LAST_MOMENT = 0.1
"""Seconds in which who has just connected must send a head when the server ends."""


class BoundedProtocol(HttpToolsProtocol):
    """Gives up connections that send no end of a head, which uvicorn keeps forever.

    What it refuses, no middleware sees: the problem and the line of the log are made here.
    """

    head_seconds = 10.0
    """How long a client may take to send them; a body has the deadline of its call."""

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
            self._refuse(_too_large())
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
        if len(self.url) <= MAX_PARSED:
            super().on_headers_complete()
        else:
            self.url, _, query = self.url.partition(b"?")
            super().on_headers_complete()
            self.scope["query_string"] = query

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP."""
        self._refuse(_malformed(msg))

    def shutdown(self) -> None:
        """End the connection after the call under way, which may still be on its way."""
        if self._head_timer is None:
            super().shutdown()
        else:
            self.loop.call_later(LAST_MOMENT, self._shutdown)

    def _shutdown(self) -> None:
        self._forget_head()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more; uvicorn tells it to the last call of the connection only."""
        self._forget_head()
        super().connection_lost(exc)
        for call in self._earlier:
            call.disconnected = True
            call.message_event.set()

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self._give_up)

    def _forget_head(self) -> None:
        self._head_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._refuse(_too_late(self.head_seconds))

    def _refuse(self, problem: Problem) -> None:
        self._forget_head()
        if not self.transport.is_closing():
            request_id = str(uuid_utils.uuid7())
            peer = "{}:{}".format(*self.client) if self.client else ""
            structlog.get_logger("rest_facade.access").info(
                "refused", status=int(problem.status), request_id=request_id, peer=peer
            )
            self.transport.write(_as_bytes(problem, request_id))
            self.transport.close()


def bounded_protocol(head_timeout: timedelta) -> type[BoundedProtocol]:
    """The protocol whose clients have *head_timeout* to send a head; uvicorn makes it."""

    class Protocol(BoundedProtocol):
        head_seconds = head_timeout.total_seconds()

    return Protocol


def _too_large() -> Problem:
    detail = f"the request line and headers may have {MAX_HEAD_BYTES} bytes"
    status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    return Problem(StatusCode.RESOURCE_EXHAUSTED, "REQUEST_TOO_LARGE", detail, status=status)


def _too_late(seconds: float) -> Problem:
    detail = f"the request line and headers did not come within {seconds:g} s"
    status = HTTPStatus.REQUEST_TIMEOUT
    return Problem(StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", detail, status=status)


def _malformed(detail: str) -> Problem:
    return Problem(StatusCode.INVALID_ARGUMENT, "VALIDATION_FAILED", detail)


def _as_bytes(problem: Problem, request_id: str) -> bytes:
    response = refused(problem, request_id)
    headers = [*response.raw_headers, (b"x-request-id", request_id.encode())]
    lines = [
        f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}".encode(),
        *(name + b": " + value for name, value in headers),
        b"connection: close",
    ]
    return b"\r\n".join([*lines, b"", bytes(response.body)])


def _goes_on(call: RequestResponseCycle | None) -> bool:
    return call is not None and not call.response_complete
