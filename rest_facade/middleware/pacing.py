"""The pacing of large answers: written as fast as the client reads. Pure ASGI."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PIECE_BYTES = 64 * 1024
"""How much is written at once: what a connection takes before it makes its writer wait."""


class Outflow:
    """Writes no more of an answer than its connection takes.

    The rest counts against the budget of answers that are not read, if the server has one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on; divide what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        unread = scope["state"].get("unread")

        async def send_in_pieces(message: Message) -> None:
            if len(message.get("body", b"")) <= PIECE_BYTES:
                await send(message)
                return
            if unread is None:
                await _divided(message, send)
                return
            with unread.holding(len(message["body"])):
                await _divided(message, send)

        await self._app(scope, receive, send_in_pieces)


async def _divided(message: Message, send: Send) -> None:
    body = memoryview(message["body"])
    last = (len(body) - 1) // PIECE_BYTES * PIECE_BYTES
    for begin in range(0, last, PIECE_BYTES):
        piece = bytes(body[begin : begin + PIECE_BYTES])
        await send({"type": message["type"], "body": piece, "more_body": True})
    await send({**message, "body": bytes(body[last:])})
