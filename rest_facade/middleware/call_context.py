"""The middleware of each call's context, in pure ASGI: ids, headers, the log, faults."""

import re
import time
from collections.abc import Sequence

import structlog
import uuid_utils
from grpc import StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rest_facade.problems.problems import CLIENT_CLOSED_REQUEST, Problem, refused
from rest_facade.problems.statuses import BLAND

REQUEST_ID = "x-request-id"

MAX_LOGGED = 512
"""Characters of a path that the log keeps; no path of ours is longer."""

PROBES = frozenset({"/healthz", "/readyz"})
"""Paths that are asked again and again, and say nothing of what clients do."""

_SANE = re.compile(rb"[!-~]{1,128}")

SECURITY_HEADERS: Sequence[tuple[bytes, bytes]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
"""Headers of an answer that does not set them itself: data, for the one who asked."""


class CorrelationId:
    """Takes the caller's request id, or makes one, and sends it back with every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on under its id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        correlation_id = _given(scope) or str(uuid_utils.uuid7())
        scope["state"]["correlation_id"] = correlation_id
        header = (REQUEST_ID.encode(), correlation_id.encode())

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], header]
            await send(message)

        await self._app(scope, receive, send_with_id)


class AccessLog:
    """Logs one line for each call, after it; for a probe, only if everything is logged."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = structlog.get_logger("rest_facade.access")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on; log it when it has ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = CLIENT_CLOSED_REQUEST

        async def send_and_see(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, send_and_see)
        finally:
            log = self._log.debug if scope["path"] in PROBES else self._log.info
            log(
                "call",
                method=scope["method"],
                path=scope["path"][:MAX_LOGGED],
                rpc=scope["state"].get("rpc", ""),
                status=int(status),
                ms=round((time.perf_counter() - started) * 1000, 3),
                correlation_id=scope["state"]["correlation_id"],
                peer=_peer(scope),
            )


class SecurityHeaders:
    """Adds the headers that keep browsers from making more of an answer than it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on; add the headers to what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {name for name, _ in message["headers"]}
                missing = [header for header in SECURITY_HEADERS if header[0] not in named]
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await self._app(scope, receive, send_secured)


class Faults:
    """Answers a bug with a bland 500, and logs it once with the request id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = structlog.get_logger("rest_facade.faults")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on; answer in its place if it fails."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_and_see(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_see)
        except Exception as error:
            correlation_id: str = scope["state"]["correlation_id"]
            self._log.error(
                "fault",
                path=scope["path"][:MAX_LOGGED],
                correlation_id=correlation_id,
                exc_info=error,
            )
            if started:
                raise
            problem = Problem(StatusCode.INTERNAL, "INTERNAL", BLAND)
            await refused(problem, correlation_id)(scope, receive, send)


def _given(scope: Scope) -> str | None:
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _SANE.fullmatch(given) else None


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return f"{client[0]}:{client[1]}" if client else ""
