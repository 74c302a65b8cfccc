"""A get of an item by our route, and by FastAPI's own means: `python -m benchmarks.routes`.

All answer the same item from memory, in one process, without a socket. So the difference is
what the framework does for each call: no store, no gRPC and no HTTP parser are in it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, Header, Path, Query
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Scope

from benchmarks.converters import served_item
from items.v1 import items_models as models
from items.v1 import items_pb2 as pb
from items.v1.items_converters import item_to_json
from items_protojson.parsing.encoding import encode
from rest_facade.requests.body_memory import Bulk
from rest_facade.requests.time_slices import Turns
from rest_facade.routes import items
from rest_facade.routes.resources import resources
from rest_facade.settings import Settings
from rest_facade.upstream.forwarding import Forwarded

CALLS, ROUNDS = 2_000, 7

ITEM_ID = "^[a-z0-9]([a-z0-9._-]{0,126}[a-z0-9])?$"

PATH = "/v1/items/drill"


class Reads:
    """Answers each get with one item, as the upstream does after a batch."""

    def __init__(self) -> None:
        self._item = served_item()

    async def get(self, _: pb.GetItemRequest, __: Forwarded) -> pb.Item:
        """Return the item."""
        return self._item


class Upstream:
    """The part of the upstream that a get needs."""

    def __init__(self) -> None:
        self.reads = Reads()


def main() -> None:
    """Print the time of a get by each route, and its ratio to ours."""
    apps: dict[str, ASGIApp] = {
        "our resource": _application(resources(items.OPERATIONS, Settings())),
        "a plain Starlette route": _starlette(),
        "APIRoute, answering with a response": _fastapi(has_model=False),
        "APIRoute, with the model of the answer": _fastapi(has_model=True),
    }
    times = asyncio.run(_measured(apps))
    ours = times["our resource"]
    for name, seconds in times.items():
        print(f"{name:<42}{seconds * 1e6:7.1f} us{seconds / ours:7.2f}")


def _application(routes: Iterable[BaseRoute]) -> FastAPI:
    """Return an application with *routes*, without telemetry, as the facade is."""
    return FastAPI(
        routes=list(routes), telemetry={"tracing": False, "metrics": False, "logs": False}
    )


def _starlette() -> ASGIApp:
    item = served_item()

    async def get_item(_: Request) -> Response:
        return Response(encode(item_to_json(item)), media_type="application/json")

    return Starlette(routes=[Route("/v1/items/{id}", get_item)])


def _fastapi(*, has_model: bool) -> ASGIApp:
    """Return the application with dependencies for what our route reads, too.

    They are coroutines: FastAPI starts a thread for a function.
    """
    app, item = _application(()), served_item()

    async def timeout(request_timeout: Annotated[float | None, Header(gt=0)] = None) -> float:
        return request_timeout or 10.0

    async def conditions(
        if_match: Annotated[str | None, Header()] = None,
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> tuple[str | None, str | None]:
        return if_match, if_none_match

    async def get_item(
        id: Annotated[str, Path(pattern=ITEM_ID)],  # noqa: A002, ARG001  # checked, as ours is
        _: Annotated[models.GetItemQuery, Query()],
        __: Annotated[float, Depends(timeout)],
        ___: Annotated[tuple[str | None, str | None], Depends(conditions)],
    ) -> Any:
        if has_model:
            return item_to_json(item)
        return Response(encode(item_to_json(item)), media_type="application/json")

    model = models.Item if has_model else None
    app.add_api_route("/v1/items/{id}", get_item, response_model=model)
    return app


async def _measured(apps: dict[str, ASGIApp]) -> dict[str, float]:
    """Return the seconds of a call to each of *apps*: the fastest of the rounds, in turn."""
    best = dict.fromkeys(apps, float("inf"))
    for _ in range(ROUNDS):
        for name, app in apps.items():
            best[name] = min(best[name], await _seconds(app))
    return best


async def _seconds(app: ASGIApp) -> float:
    state = {"correlation_id": "a", "upstream": Upstream(), "bulk": Bulk(), "turns": Turns()}
    await _get(app, state)
    began = time.perf_counter()
    for _ in range(CALLS):
        await _get(app, state)
    return (time.perf_counter() - began) / CALLS


async def _get(app: ASGIApp, state: dict[str, Any]) -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        assert message.get("status", 200) == 200, message

    await app(_scope(state), receive, cast("Callable[[Message], Awaitable[None]]", send))


def _scope(state: dict[str, Any]) -> Scope:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": PATH,
        "raw_path": PATH.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"localhost:8000"), (b"accept", b"*/*")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "scheme": "http",
        "state": dict(state),
    }


if __name__ == "__main__":
    main()
