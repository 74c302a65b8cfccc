"""The health of the facade: liveness and readiness."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route


async def live(_: Request) -> Response:
    """Answer 200: the process is alive."""
    return JSONResponse({"status": "SERVING"})


async def ready(request: Request) -> Response:
    """Answer 200 if a server behind it serves items and this process is not draining."""
    state = request.scope["state"]
    if not state["ending"].draining.is_set() and await state["upstream"].is_serving():
        return JSONResponse({"status": "SERVING"})
    return JSONResponse({"status": "NOT_SERVING"}, HTTPStatus.SERVICE_UNAVAILABLE)


def health_routes() -> list[BaseRoute]:
    """Return `/healthz` for liveness and `/readyz` for readiness."""
    return [
        Route("/healthz", live, include_in_schema=False),
        Route("/readyz", ready, include_in_schema=False),
    ]
