"""The check of `Host` against the names that the facade serves. Pure ASGI.

A page of another site can have its own name lead to an address that only the reader of the
page can reach, such as that of a developer's loopback. The browser then takes the service
for a part of that site (DNS rebinding); only the name in `Host` tells.
"""

import ipaddress
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from grpc import StatusCode
from starlette.types import ASGIApp, Receive, Scope, Send

from items_runtime.address import Address
from rest_facade.problems.problems import Place, Problem, Violation, invalid, refused

ANY: Final = "*"

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")

EXCEPTED: Final = frozenset({"/healthz", "/readyz"})
"""Probes know no names, and learn nothing but whether there is a service."""

_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(?::\d{0,5})?", re.ASCII)


class HostNames:
    """The names in *told*, and those by which a service that listens at *address* is reached.

    Of itself, it answers to the name that it listens at, to `localhost`, and to every IP
    address: no name leads to a page whose name is an address. At a Unix socket, which no
    browser reaches, it answers to all names, unless it is told some.
    """

    def __init__(self, told: Iterable[str], address: str) -> None:
        names = {name.lower().rstrip(".") for name in told}
        at_socket = address.startswith("unix:")
        self._any = ANY in names or (at_socket and not names)
        own = () if at_socket else (Address.parse(address).host.lower(),)
        self.told = frozenset(names)
        self._names = names.union(LOOPBACK, own)

    def include(self, host: str) -> bool:
        """Return whether the service answers to *host*, without its port."""
        name = host.strip("[]").lower().rstrip(".")
        return self._any or name in self._names or _is_address(name)


class Hosts:
    """Refuses a call that names no host, or one that is not in *names*."""

    def __init__(self, app: ASGIApp, names: HostNames) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, or refuse it."""
        problem = self._objection(scope) if scope["type"] == "http" else None
        if problem is None:
            await self._app(scope, receive, send)
            return
        await refused(problem, scope["state"]["correlation_id"])(scope, receive, send)

    def _objection(self, scope: Scope) -> Problem | None:
        given = [value for name, value in scope["headers"] if name == b"host"]
        if len(given) != 1:
            return None if scope["http_version"] == "1.0" and not given else _not_one(len(given))
        host = host_of(given[0].decode("latin-1"))
        if host is None:
            return _unreadable()
        if self._names.include(host) or _path(scope) in EXCEPTED:
            return None
        return _misdirected(host)


def host_of(authority: str) -> str | None:
    """Return the host in *authority*, without its port; None if there is none."""
    found = _AUTHORITY.fullmatch(authority.strip())
    return found["host"] if found else None


def origin_form(target: bytes, headers: list[tuple[bytes, bytes]]) -> bytes:
    """Return *target* without its authority, which replaces `Host` in *headers*.

    That is how the absolute form is to be read. (RFC 9112, 3.2.2)
    """
    if target.startswith(b"/") or b"://" not in target[:16]:
        return target
    authority, path = _divided(target.partition(b"://")[2])
    headers[:] = [header for header in headers if header[0] != b"host"]
    headers.append((b"host", authority))
    return path


def _divided(rest: bytes) -> tuple[bytes, bytes]:
    end = next((at for at, byte in enumerate(rest) if byte in b"/?#"), len(rest))
    path = rest[end:]
    return rest[:end], path if path.startswith(b"/") else b"/" + path


def _is_address(name: str) -> bool:
    with suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    return False


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _not_one(count: int) -> Problem:
    found = "is given more than once" if count else "is missing"
    return invalid(Violation(Place.HEADER, "Host", f"{found}; a request names one host"))


def _unreadable() -> Problem:
    detail = "must be the name or address of a host, such as localhost:8000"
    return invalid(Violation(Place.HEADER, "Host", detail))


def _misdirected(host: str) -> Problem:
    return Problem(
        StatusCode.PERMISSION_DENIED,
        "HOST_NOT_SERVED",
        f"this service does not answer to {host[:255]}; the operator names its hosts in"
        " ITEMS_REST_HOSTS",
    )
