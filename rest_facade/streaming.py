"""A server stream as an HTTP answer that goes on: to its end, or until one side leaves."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import closing
from http import HTTPStatus

from grpc import StatusCode
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from items.v1 import items_pb2 as pb
from rest_facade.call import Call, gone
from rest_facade.event_forms import FORMS
from rest_facade.events import error_event, events_of
from rest_facade.problems import Problem
from rest_facade.server_stream import ServerStream

PIECE_BYTES = 64 * 1024
"""How much is written at once: what a connection takes before it makes its writer wait."""

HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # a proxy passes on what there is, at once
)


class EventAnswer(Response):
    """Answers *call* with the events of *watch*, and closes it.

    A client that reads slowly is written to slowly: what it has not taken yet stays with
    the server. One that goes away ends the RPC. What ends the stream otherwise is its
    last event.
    """

    def __init__(self, call: Call, watch: ServerStream[pb.WatchItemsResponse]) -> None:
        self.status_code = HTTPStatus.OK
        self.background = None
        self.raw_headers = [(b"content-type", call.media_type.encode()), *HEADERS]
        self._form = FORMS[call.media_type]
        self._heartbeat = call.settings.rest_heartbeat.total_seconds()
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events; to HEAD, only the headers."""
        start = {"type": "http.response.start", "status": self.status_code}
        with closing(self._watch):
            await send(start | {"headers": self.raw_headers})
            problem = None
            if scope["method"] != "HEAD":
                problem = await self._serve(scope, receive, send)
        last = error_event(problem, scope["state"]["request_id"]) if problem else None
        body = self._form.write(last) if last else b""
        await send({"type": "http.response.body", "body": body})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> Problem | None:
        """Send events until something ends that: why, if somebody is there to be told."""
        telling = asyncio.ensure_future(self._tell(send))
        leaving = asyncio.ensure_future(gone(receive))
        stopping = asyncio.ensure_future(scope["state"]["stopping"].wait())
        waiting = (telling, leaving, stopping)
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for ended in waiting:
                ended.cancel()
            await asyncio.wait(waiting)
        if leaving.done() and not leaving.cancelled():
            return None
        return _draining() if telling.cancelled() else telling.result()

    async def _tell(self, send: Send) -> Problem:
        """Send events until the stream ends, and say why it did."""
        try:
            await _write(send, self._form.opening)
            while True:
                for piece in self._pieces(await self._watch.next(self._heartbeat)):
                    await _write(send, piece)
        except Problem as problem:
            return problem

    def _pieces(self, message: pb.WatchItemsResponse | None) -> Iterator[bytes]:
        """*message* in pieces that are worth a write; without one, a heartbeat."""
        if message is None:
            return iter((self._form.heartbeat,))
        return _joined(map(self._form.write, events_of(message)))


async def _write(send: Send, piece: bytes) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": True})
    await asyncio.sleep(0)  # a long answer lets others have their turn


def _joined(written: Iterable[bytes]) -> Iterator[bytes]:
    """What is *written*, in pieces; no event is divided."""
    piece = bytearray()
    for text in written:
        piece += text
        if len(piece) >= PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def _draining() -> Problem:
    detail = "the facade is draining; watch again from the revision seen last"
    return Problem(StatusCode.UNAVAILABLE, "SHUTTING_DOWN", detail)
