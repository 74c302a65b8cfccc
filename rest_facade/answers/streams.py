"""A watch as a streaming HTTP answer, until the watch or the client ends it."""

import asyncio
from collections.abc import Generator
from contextlib import closing
from http import HTTPStatus

from grpc import StatusCode
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from items.v1 import items_pb2 as pb
from rest_facade.answers.catch_ups import CatchUps, resting_after
from rest_facade.answers.event_forms import FORMS
from rest_facade.answers.events import error_event, events_of
from rest_facade.problems.problems import Problem
from rest_facade.requests.call import Call, gone
from rest_facade.requests.time_slices import at_once
from rest_facade.upstream.resumable_watch import ResumableWatch

LARGE = 64 * 1024
"""Bytes of a message beyond which one is converted at a time, of all streams."""

REST_AFTER = 1.0
"""Seconds that a client may take for a message until its watch rests meanwhile: below what a
server gives a watch that takes nothing, while others wait for room."""

TURN = 2.0
"""Seconds that a watch has to go on when its turn has come to be told a large message."""

HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # a proxy passes on what there is, at once
)


class EventAnswer(Response):
    """Answers *call* with the events of *watch*, and closes it.

    A client that reads slowly is written to slowly: there is one message of its watch in
    the facade, and none behind that. One that goes away ends the RPC. What ends the stream
    otherwise is its last event.
    """

    def __init__(self, call: Call, watch: ResumableWatch) -> None:
        self.status_code = HTTPStatus.OK
        self.background = None
        self.raw_headers = [(b"content-type", call.media_type.encode()), *HEADERS]
        self._form = FORMS[call.media_type]
        self._heartbeat = call.settings.rest_heartbeat.total_seconds()
        self._watch = watch
        self._turns = call.turns
        self._catch_ups: CatchUps = call.scope["state"]["catch_ups"]
        self._converting: asyncio.Lock = call.scope["state"]["converting"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events; to HEAD, only the headers."""
        start = {"type": "http.response.start", "status": self.status_code}
        with closing(self._watch):
            await send(start | {"headers": self.raw_headers})
            problem = None
            if scope["method"] != "HEAD":
                problem = await self._serve(scope, receive, send)
        last = error_event(problem, scope["state"]["correlation_id"]) if problem else None
        body = self._form.write(last) if last else b""
        await send({"type": "http.response.body", "body": body})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> Problem | None:
        """Send events until the stream ends; return the reason if the client is still there."""
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
        """Send events until the watch ends, and return the reason."""
        try:
            await _write(send, self._form.opening)
            while True:
                text = await self._next()
                with resting_after(REST_AFTER, self._watch):
                    await _write(send, text)
                del text  # the next one may take a while
        except Problem as problem:
            return problem

    async def _next(self) -> bytes:
        """Return the bytes to write next: the events of a message, or a heartbeat.

        Of all large messages, one is held and converted at a time. The other watches wait
        with their cursors, if they have some.
        """
        message = await self._catch_ups.next(self._watch, self._heartbeat)
        if message is None or len(message) <= LARGE:
            return self._at_once(message)
        if self._converting.locked() and self._watch.rest():
            message = None
        async with self._converting:
            if message is None:
                message = await self._watch.next(min(self._heartbeat, TURN))
            if message is None or len(message) <= LARGE:
                return self._at_once(message)
            return await self._turns.take(self._written(message))

    def _at_once(self, message: bytes | None) -> bytes:
        return self._form.heartbeat if message is None else at_once(self._written(message))

    def _written(self, encoded: bytes) -> Generator[None, None, bytes]:
        """Return the events of a message, in steps."""
        message = pb.WatchItemsResponse.FromString(encoded)
        self._watch.take(message)
        events = yield from events_of(message)
        return b"".join(map(self._form.write, events))


async def _write(send: Send, piece: bytes) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": True})
    await asyncio.sleep(0)  # a long answer lets others have their turn


def _draining() -> Problem:
    detail = "the facade is draining; watch again from the revision seen last"
    return Problem(StatusCode.UNAVAILABLE, "SHUTTING_DOWN", detail)
