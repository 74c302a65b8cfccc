"""HTTP/1.1 by uvicorn, with limits on what one connection may send and hold.

What uvicorn is asked to do here, and in `server.py`, is held by `tests/rest_facade/test_seams.py`.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import httptools
import structlog
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from rest_facade.http import refusals
from rest_facade.http.connection_limits import Bounds
from rest_facade.http.framing import Framing
from rest_facade.http.stalled_readers import Stall
from rest_facade.http.timeouts import Patience
from rest_facade.http.unanswered import Receipts
from rest_facade.middleware.hosts import origin_form
from rest_facade.problems.problems import Problem
from rest_facade.upstream.disconnect import Departure

MAX_PARSED = 65_535
"""The longest URL that httptools can split."""

MOST_WAITING = 4
"""Pipelined calls of a connection that are parsed ahead; the rest of them stays unread."""

LAST_MOMENT = 0.1
"""Seconds in which who has just connected must send a head when the server ends."""


class BoundedProtocol(HttpToolsProtocol):
    """One connection. A call at a time is answered, and few others are parsed meanwhile.

    It ends connections that uvicorn would keep for ever: those without an end of a head,
    of a body whose call was answered, or of reading an answer. A refusal comes after the
    answers to the calls before it.
    """

    def __init__(self, bounds: Bounds, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._bounds = bounds
        self._departure = Departure()
        self._framing = Framing()
        self._receipts = Receipts(bounds.requests, self._overload)
        self._unparsed = b""
        self._is_deaf = False
        self._is_resting = False
        self._refusal: Problem | None = None
        self._answering: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Expect a head, if there is room for another connection."""
        super().connection_made(transport)
        self.flow = _Flow(transport, self._has_enough)
        self._stall = Stall(transport, self._bounds.stall_seconds, self._bounds.answers)
        self._patience = Patience(self._bounds.head_seconds, self._give_up, transport.close)
        if self._bounds.connections.admit(self):
            self._patience.expect_head()
        else:
            self._refuse(refusals.too_many_connections())

    def appetite(self) -> int:
        """Return the number of bytes to read at once."""
        return self._framing.appetite()

    def data_received(self, data: bytes) -> None:
        """Parse *data* in pieces, as far as calls may be parsed ahead; keep the rest."""
        self._unset_keepalive_if_required()
        if self._patience.lingers:
            self._patience.discard(len(data))
        elif self._framing.is_between and self._is_idle():
            self._patience.expect_head()
        begin = 0
        while begin < len(data) and not self._is_deaf:
            if len(self.pipeline) >= MOST_WAITING:
                self._unparsed = data[begin:]
                self.flow.pause_reading()
                break
            end = self._framing.piece(data, begin)
            self._parse(data[begin:end])
            begin = end
        if not self._is_deaf and not self._patience.lingers:
            self._receipts.take(self._framing.size)
        if self._framing.is_long or self._is_deaf:
            self._rest()

    def on_message_begin(self) -> None:
        """Expect a head, on a connection that had one before too."""
        super().on_message_begin()
        self._framing.begin()
        self.scope["state"] |= {"departure": self._departure, "unread": self._stall}
        self._patience.expect_head()

    def on_url(self, url: bytes) -> None:
        """Take a part of the request target."""
        self._framing.take_target(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header. A trailer is discarded (RFC 9110, 6.5.1)."""
        if self._framing.is_head:
            self._framing.fields += 1
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Serve the call: its head has ended."""
        self._patience.end_head()
        self._bounds.connections.work(self)
        self._framing.end_head(self.headers)
        self.url, query = origin_form(self._framing.target(), self.headers), b""
        if not self.url.startswith((b"/", b"*")):
            raise httptools.HttpParserInvalidURLError
        if len(self.url) > MAX_PARSED:
            self.url, _, query = self.url.partition(b"?")
        super().on_headers_complete()
        if query:
            self.scope["query_string"] = query

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._framing.take_body(len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the body; if its call was answered before, wait for the next one."""
        super().on_message_complete()
        self._receipts.complete(self._framing.size)
        self._framing.end()
        if self._patience.lingers:
            self._patience.end()
            self._await_request()

    def on_response_complete(self) -> None:
        """Answer the next call, or say why there is none; wait for the rest of a body."""
        super().on_response_complete()
        self._stall.watch()
        if self.transport.is_closing():
            return
        if self._is_deaf:
            self._end_in_turn()
            return
        if self._is_idle():
            self._end_calls()
        if self._unparsed and not self.pipeline:
            unparsed, self._unparsed = self._unparsed, b""
            self.data_received(unparsed)
        self.flow.resume_reading()

    def shutdown(self) -> None:
        """End the connection after the call under way, which may still be on its way."""
        if not self._patience.expects_head:
            super().shutdown()
        else:
            self.loop.call_later(LAST_MOMENT, self._shutdown)

    def make_room(self) -> None:
        """End the connection in favour of another one: it has no call under way."""
        if self._framing.is_between:
            self.transport.close()
        else:
            self._refuse(refusals.too_many_connections())

    def pause_writing(self) -> None:
        """Wait for the client to read."""
        super().pause_writing()
        self._stall.watch()

    def resume_writing(self) -> None:
        """Go on writing."""
        super().resume_writing()
        self._stall.move()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel all calls of the connection; uvicorn notifies the last one only."""
        self._patience.end()
        self._stall.close()
        self._bounds.connections.close(self)
        self._receipts.release()
        super().connection_lost(exc)
        self._unparsed, self._framing = b"", Framing()
        for call in (self._answering, self.cycle, *(call for call, _ in self.pipeline)):
            _leave(call)
        self._departure.happen()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def _shutdown(self) -> None:
        self._patience.end_head()
        super().shutdown()

    def _rest(self) -> None:
        """Let others have their turn before more is read of a long message."""
        self._is_resting = True
        self.flow.pause_reading()
        self._bounds.reads.rest(self._go_on)

    def _go_on(self) -> None:
        self._is_resting = False
        in_head = self._framing.is_between or self._framing.is_head
        if in_head or _is_answered(self.cycle) or len(self.cycle.body) <= HIGH_WATER_LIMIT:
            self.flow.resume_reading()

    def _parse(self, piece: bytes) -> None:
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            self._is_deaf = True  # what follows may be anything
            self.cycle.keep_alive = False
        except httptools.HttpParserError as error:
            _log_fault(error)
            self._refuse(refusals.malformed())
        else:
            excess = self._framing.count(len(piece))
            if excess is not None:
                self._refuse(refusals.too_large(excess))

    def _overload(self) -> None:
        self._refuse(refusals.too_many_bytes())

    def _has_enough(self) -> bool:
        """Return whether reading stays paused: for earlier calls, or for other connections."""
        return bool(self.pipeline or self._unparsed or self._is_resting)

    def _is_idle(self) -> bool:
        """Return whether no call is under way."""
        return not self.pipeline and _is_answered(self._answering)

    def _end_calls(self) -> None:
        """All calls are answered: let go of what they held."""
        self._receipts.release()
        if self._framing.is_between or self._framing.is_head:
            self._bounds.connections.wait(self)
        else:
            self._unset_keepalive_if_required()
            self._patience.linger()

    def _await_request(self) -> None:
        """Keep the connection for another request, for a while."""
        self._receipts.release()
        self._bounds.connections.wait(self)
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def _refuse(self, problem: Problem) -> None:
        """Read no more, answer the calls before, and then with *problem*."""
        if self._is_deaf or self.transport.is_closing():
            return
        self._patience.end_head()
        self._is_deaf = True
        self._unparsed = b""
        self._receipts.release()
        self._refusal = self._instead_of_broken(problem)
        self._end_in_turn()

    def _instead_of_broken(self, problem: Problem) -> Problem | None:
        """Cancel the call whose request is broken; return *problem* if it has no answer yet."""
        if self._framing.is_between or self._framing.is_head:
            return problem
        broken = self.cycle
        if self.pipeline and self.pipeline[0][0] is broken:
            self.pipeline.popleft()
            return problem
        if _is_answered(broken):
            return None
        _leave(broken)
        self._answering = None
        return None if broken.response_started else problem

    def _end_in_turn(self) -> None:
        """Write the refusal if no call is before it, and close the connection."""
        if not self._is_idle() or self._patience.lingers:
            return
        if self._refusal is None:
            self.transport.close()
        else:
            self.transport.write(refusals.written(self._refusal, self.client))
            self._bounds.connections.close(self)
            self._close_when_read()
        self._stall.watch()

    def _close_when_read(self) -> None:
        """Close the connection so that its client can read why: not while it sends."""
        if self._bounds.connections.linger(self):
            self.transport.write_eof()
            self._patience.linger()
        else:
            self.transport.close()

    def _give_up(self) -> None:
        if self._unparsed or self.pipeline:  # the rest of the head may wait to be read
            self._patience.expect_head()
        else:
            self._refuse(refusals.too_late(self._bounds.head_seconds))


class _Flow(FlowControl):
    """Flow control that does not go on reading while there is *enough*."""

    def __init__(self, transport: asyncio.Transport, enough: Callable[[], bool]) -> None:
        super().__init__(transport)
        self._enough = enough

    def resume_reading(self) -> None:
        """Go on reading, unless there is enough."""
        if not self._enough():
            super().resume_reading()


def _log_fault(error: httptools.HttpParserError) -> None:
    """Log what failed in a callback and is no fault of the request; the parser hides it."""
    cause = error.__context__
    if cause is not None and not isinstance(cause, httptools.HttpParserError | UnicodeError):
        structlog.get_logger("rest_facade.faults").error("fault", exc_info=cause)


def _is_answered(call: RequestResponseCycle | None) -> bool:
    return call is None or call.response_complete


def _leave(call: RequestResponseCycle | None) -> None:
    """Mark *call* as one whose client has disconnected, and drop what it has sent.

    The connection and its calls refer to each other, so the collector frees them late.
    """
    if call is not None:
        call.disconnected = True
        call.body = bytearray()
        call.message_event.set()
