"""The compression of larger answers for clients that accept gzip. Pure ASGI."""

import asyncio
import gzip

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rest_facade.requests.entity_tags import COMPRESSED
from rest_facade.requests.media_types import accepts_gzip

COMPRESSIBLE = ("application/json", "application/problem+json", "text/")

LEVEL = 5
"""Within a few per cent of the best, in a third of the time."""

IN_A_THREAD = 64 * 1024
"""From this many bytes on, compressing would hold up the event loop."""


class Compression:
    """Compresses answers of at least *smallest* bytes that are sent in one piece."""

    def __init__(self, app: ASGIApp, smallest: int) -> None:
        self._app = app
        self._smallest = smallest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on; compress what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start: Message = {}

        async def send_compressed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start:
                await self._compress(scope, start, message)
                await send(start)
                start = {}
            await send(message)

        await self._app(scope, receive, send_compressed)

    async def _compress(self, scope: Scope, start: Message, message: Message) -> None:
        headers = MutableHeaders(raw=start["headers"])
        body: bytes = message.get("body", b"")
        whole = not message.get("more_body", False)
        if not (whole and len(body) >= self._smallest and _is_compressible(headers)):
            return
        headers.add_vary_header("Accept-Encoding")
        if not accepts_gzip(Headers(scope=scope).get("accept-encoding", "")):
            return
        message["body"] = await _compressed(body)
        headers["content-encoding"] = "gzip"
        headers["content-length"] = str(len(message["body"]))
        if "etag" in headers:
            headers["etag"] = f'{headers["etag"][:-1]}{COMPRESSED}"'


def _is_compressible(headers: MutableHeaders) -> bool:
    is_text = headers.get("content-type", "").startswith(COMPRESSIBLE)
    return is_text and "content-encoding" not in headers


async def _compressed(body: bytes) -> bytes:
    if len(body) < IN_A_THREAD:
        return gzip.compress(body, LEVEL, mtime=0)
    return await asyncio.to_thread(gzip.compress, body, LEVEL, mtime=0)
