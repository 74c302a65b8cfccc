"""Resources: a path and what can be done there.

FastAPI's own route spends most of a small call's time on solving dependencies; this one
matches, hands the call to its operation, and answers refusals. The OpenAPI document is
made from the contract instead (`openapi.py`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from urllib.parse import quote, unquote

from grpc import StatusCode
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from items.v1.items_routes import ROUTES
from items_protojson.route import Route
from rest_facade.problems.problems import Problem, refused
from rest_facade.requests.bindings import Binding
from rest_facade.requests.call import Call
from rest_facade.requests.deadlines import Deadlines, asked_timeout
from rest_facade.requests.media_types import negotiate
from rest_facade.routes.operations import Operation
from rest_facade.settings import Settings
from rest_facade.upstream.forwarding import Forwarded

_VARIABLE = re.compile(r"\\\{(\w+)\\\}")


class Resource(BaseRoute):
    """A path with its operations, one for each method; HEAD is answered as GET is."""

    def __init__(self, path: str, operations: Sequence[Operation], settings: Settings) -> None:
        self.path = path
        self.operations = _by_method(operations)
        self._bindings = {found.rpc: Binding.of(_route(found.rpc)) for found in operations}
        self._pattern = _pattern(path)
        self._settings = settings
        self._deadlines = Deadlines(
            settings.rest_default_deadline.total_seconds(),
            settings.rest_max_deadline.total_seconds(),
        )

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match the path alone; `handle` looks at the method.

        The path is taken as it was sent, so that an encoded slash is part of an id.
        """
        found = self._pattern.fullmatch(_raw_path(scope)) if scope["type"] == "http" else None
        if found is None:
            return Match.NONE, {}
        variables = {name: unquote(value) for name, value in found.groupdict().items()}
        return Match.FULL, {"path_params": variables, "route": self}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the call, with a problem if it is refused."""
        correlation_id: str = scope["state"]["correlation_id"]
        try:
            response = await self._answer(scope, receive, correlation_id)
        except Problem as problem:
            response = refused(problem, correlation_id)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, correlation_id: str) -> Response:
        operation = self.operations.get(scope["method"])
        if operation is None:
            raise self._not_allowed(scope["method"])
        scope["state"]["rpc"] = operation.rpc
        headers = _read_headers(scope["headers"])
        media_type = negotiate(headers, operation.offered)
        seconds = asked_timeout if operation.streams else self._deadlines.timeout
        with ExitStack() as at_end:
            call = Call(
                scope=scope,
                receive=receive,
                headers=headers,
                variables=scope["path_params"],
                forwarded=Forwarded.of(
                    headers, correlation_id, seconds(headers), scope["state"].get("departure")
                ),
                upstream=scope["state"]["upstream"],
                settings=self._settings,
                bulk=scope["state"]["bulk"],
                turns=scope["state"]["turns"],
                at_end=at_end,
                media_type=media_type,
            )
            return await self._handled(operation, call)

    async def _handled(self, operation: Operation, call: Call) -> Response:
        try:
            return await operation.handle(call)
        except Problem as problem:
            raise self._bindings[operation.rpc].locate(problem) from problem

    def _not_allowed(self, method: str) -> Problem:
        allowed = ", ".join(sorted(self.operations))
        return Problem(
            StatusCode.UNIMPLEMENTED,
            "METHOD_NOT_ALLOWED",
            f"{method} is not known here, only {allowed}",
            headers={"allow": allowed},
        )


def resources(operations: Sequence[Operation], settings: Settings) -> list[Resource]:
    """Return the resources of *operations*, one a path, matched in this order."""
    paths = dict.fromkeys(found.path for found in operations)
    return [
        Resource(path, [found for found in operations if found.path == path], settings)
        for path in paths
    ]


def _by_method(operations: Sequence[Operation]) -> Mapping[str, Operation]:
    by_method = {found.method: found for found in operations}
    return by_method | {"HEAD": by_method["GET"]} if "GET" in by_method else by_method


def _route(rpc: str) -> Route:
    return next(route for route in ROUTES if route.rpc == rpc)


def _pattern(path: str) -> re.Pattern[str]:
    """Return the pattern of *path*; a variable is one segment, up to a colon."""
    return re.compile(_VARIABLE.sub(r"(?P<\1>[^/:]+)", re.escape(path)))


def _raw_path(scope: Scope) -> str:
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    return raw.decode("latin-1").removeprefix(scope.get("root_path", ""))


def _read_headers(raw: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Return *raw* by lower-case name. A repeated header is a list in one (RFC 9110, 5.3)."""
    values: dict[bytes, list[bytes]] = {}
    for name, value in raw:
        values.setdefault(name, []).append(value)
    return {
        name.decode("latin-1"): b", ".join(found).decode("latin-1")
        for name, found in values.items()
    }
