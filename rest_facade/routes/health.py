"""Whether the facade lives, and whether it can serve."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route


async def live(_: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "SERVING"})


async def ready(request: Request) -> Response:
    """A server answers, and says that it serves items; and this process goes on to serve."""
    state = request.scope["state"]
    if not state["ending"].draining.is_set() and await state["upstream"].is_serving():
        return JSONResponse({"status": "SERVING"})
    return JSONResponse({"status": "NOT_SERVING"}, HTTPStatus.SERVICE_UNAVAILABLE)


def health_routes() -> list[BaseRoute]:
    """`/healthz` for liveness, `/readyz` for readiness."""
    return [
        Route("/healthz", live, include_in_schema=False),
        Route("/readyz", ready, include_in_schema=False),
    ]
