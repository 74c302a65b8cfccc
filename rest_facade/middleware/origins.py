"""The check of `Origin`: only our own pages and those that CORS allows write. Pure ASGI.

A browser sends some writes of any page without asking first, and with what it knows of the
reader: the reader's network, at least. It says whose page it was (Fetch, 3.2; Fetch
Metadata, 2.2); a client that is no browser says nothing, and passes.
"""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from grpc import StatusCode
from starlette.types import ASGIApp, Receive, Scope, Send

from rest_facade.middleware.hosts import ANY
from rest_facade.problems.problems import Problem, refused

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing. (RFC 9110, 9.2.1)"""

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class Origins:
    """Refuses the writes of pages that are neither the service's own nor *allowed*.

    A page is the service's own if its host and port are those that the call was sent to.
    The scheme is not compared, and a host in *told* is its own too, without a port: a proxy
    that ends TLS changes the one, and may change the other.
    """

    def __init__(self, app: ASGIApp, allowed: Collection[str], told: Collection[str]) -> None:
        self._app = app
        self._allowed = frozenset(allowed)
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, or refuse it."""
        if scope["type"] != "http" or scope["method"] in SAFE or not self._is_foreign(scope):
            await self._app(scope, receive, send)
            return
        await refused(_foreign(), scope["state"]["correlation_id"])(scope, receive, send)

    def _is_foreign(self, scope: Scope) -> bool:
        origins = _values(scope, b"origin")
        if origins:
            return not all(self._is_welcome(origin, scope) for origin in origins)
        return "cross-site" in _values(scope, b"sec-fetch-site") and ANY not in self._allowed

    def _is_welcome(self, origin: str, scope: Scope) -> bool:
        if ANY in self._allowed or origin in self._allowed:
            return True
        page = _place(origin)
        if page is None:
            return False
        port = _DEFAULT_PORTS[urlsplit(origin).scheme]
        here = [_place(f"{urlsplit(origin).scheme}://{host}") for host in _values(scope, b"host")]
        return here == [page] or (page[1] == port and page[0] in self._told)


def _place(origin: str) -> tuple[str, int] | None:
    """Return the host and the port of *origin*; None if it has none, as `null`."""
    try:
        parts = urlsplit(origin)
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    return ((parts.hostname or "").rstrip("."), port) if parts.hostname else None


def _values(scope: Scope, wanted: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for name, value in scope["headers"] if name == wanted]


def _foreign() -> Problem:
    return Problem(
        StatusCode.PERMISSION_DENIED,
        "ORIGIN_NOT_ALLOWED",
        "a page of another site may not write; the operator allows origins in ITEMS_CORS_ORIGINS",
    )
