"""The middleware that counts requests: statuses, seconds, and requests in flight."""

import time
from collections.abc import Awaitable, Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rest_facade.metrics.requests import RequestMetrics
from rest_facade.problems.problems import CLIENT_CLOSED_REQUEST

OTHER = "other"
"""Stands for every path that is neither a resource nor a page: there is no end of those."""


class Measuring:
    """Counts each request in *metrics*, with the status that the client sees.

    Its route is the template of its resource, or one of *pages*, which are their own. One
    whose answer never begins counts as given up by its client.
    """

    def __init__(self, app: ASGIApp, metrics: RequestMetrics, pages: Collection[str]) -> None:
        self._app = app
        self._metrics = metrics
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; count it when its answer begins."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        def send_and_see(message: Message) -> Awaitable[None]:  # a coroutine of it would cost more
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._count(scope, status, time.perf_counter() - began)
            return send(message)

        self._metrics.in_flight += 1
        try:
            await self._app(scope, receive, send_and_see)
        finally:
            self._metrics.in_flight -= 1
            if not status:
                self._count(scope, CLIENT_CLOSED_REQUEST, time.perf_counter() - began)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        self._metrics.answered(scope["method"], self._route(scope), status, seconds)

    def _route(self, scope: Scope) -> str:
        if "route" in scope:
            template: str = scope["route"].path
            return template
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        return path if path in self._pages else OTHER
