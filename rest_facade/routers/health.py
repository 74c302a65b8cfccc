"""Whether the facade lives, and whether it can serve."""

import asyncio
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from rest_facade.forwarding import Forwarded
from rest_facade.problems import Problem
from rest_facade.upstream import Upstream

PATIENCE = 2.0
"""Seconds that the item service has to say that it serves."""


async def live(_: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "SERVING"})


async def ready(request: Request) -> Response:
    """The item service answers, and says that it serves; and so does this process, for long."""
    state = request.scope["state"]
    if not state["ending"].draining.is_set() and await _is_serving(state["upstream"]):
        return JSONResponse({"status": "SERVING"})
    return JSONResponse({"status": "NOT_SERVING"}, HTTPStatus.SERVICE_UNAVAILABLE)


async def _is_serving(upstream: Upstream) -> bool:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    try:
        return await upstream.is_serving(Forwarded((), (), deadline))
    except Problem:
        return False


def health_routes() -> list[BaseRoute]:
    """`/healthz` for liveness, `/readyz` for readiness."""
    return [
        Route("/healthz", live, include_in_schema=False),
        Route("/readyz", ready, include_in_schema=False),
    ]
