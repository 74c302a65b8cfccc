"""The composition root of the facade: settings -> channel, middleware, routes."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import metadata
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route

from rest_facade.answers.catch_ups import CatchUps
from rest_facade.metrics.metrics import Metrics
from rest_facade.middleware.call_context import AccessLog, CorrelationId, Faults, SecurityHeaders
from rest_facade.middleware.compression import Compression
from rest_facade.middleware.hosts import HostNames, Hosts
from rest_facade.middleware.metrics import Measuring
from rest_facade.middleware.origins import Origins
from rest_facade.middleware.pacing import Outflow
from rest_facade.middleware.routing_refusals import answer_http_exception
from rest_facade.openapi.specification import openapi_document
from rest_facade.pages.docs import OPENAPI, documentation_routes
from rest_facade.pages.errors_page import errors_routes
from rest_facade.pages.front_page import TITLE, front_page_routes
from rest_facade.pages.page_files import page_file_routes
from rest_facade.requests.body_memory import Bulk
from rest_facade.requests.time_slices import Turns
from rest_facade.routes import batches, items, revisions, watch
from rest_facade.routes.health import health_routes
from rest_facade.routes.resources import resources
from rest_facade.settings import Settings
from rest_facade.upstream.channel import open_upstream

OPERATIONS = (*items.OPERATIONS, *batches.OPERATIONS, *revisions.OPERATIONS, *watch.OPERATIONS)

EXPOSED_HEADERS = ("ETag", "Location", "Retry-After", "X-Request-Id")
"""What a script on another origin may read of an answer's headers."""

CORS_HEADERS = (
    "Authorization",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Items-Actor",
    "Last-Event-ID",
    "Request-Timeout",
    "Traceparent",
    "Tracestate",
    "X-Request-Id",
)
"""What a script on another origin may send."""


@dataclass(frozen=True, slots=True)
class Ending:
    """First *draining* is set: no new connections should come. Then *stopping*: streams end."""

    draining: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


def create_app(
    settings: Settings | None = None,
    ending: Ending | None = None,
    metrics: Metrics | None = None,
) -> FastAPI:
    """Return the facade as an ASGI application; *settings* come from ITEMS_* by default.

    A server that is about to end says so by *ending*: the application is not ready any
    more, and its streams end. What is measured is in *metrics*: whoever wants it shown
    gives them, and serves them.
    """
    chosen, measured = settings or Settings(), metrics or Metrics()
    version = metadata.version("item-service")
    pages = [*health_routes(), *page_routes(version)]
    app = FastAPI(
        title=TITLE,
        version=version,
        openapi_url=OPENAPI,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=_lifespan(chosen, ending or Ending(), measured),
        middleware=_middleware(chosen, measured, pages),
        exception_handlers={HTTPException: answer_http_exception},
        routes=[*resources(OPERATIONS, chosen), *pages],
    )
    app.openapi = cache(partial(openapi_document, OPERATIONS, version))  # type: ignore[method-assign]  # FastAPI's own way to replace it
    return app


def page_routes(version: str) -> list[BaseRoute]:
    """Return the routes of the pages for browsers, and of the files that they load."""
    return [
        *front_page_routes(version),
        *documentation_routes(),
        *errors_routes(),
        *page_file_routes(),
    ]


def _lifespan(settings: Settings, ending: Ending, metrics: Metrics) -> Any:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        async with open_upstream(settings, metrics) as upstream:
            yield {
                "upstream": upstream,
                "bulk": Bulk(),
                "turns": Turns(),
                "catch_ups": CatchUps(),
                "converting": asyncio.Lock(),
                "ending": ending,
                "stopping": ending.stopping,
            }

    return lifespan


def _middleware(
    settings: Settings, metrics: Metrics, pages: Sequence[BaseRoute]
) -> tuple[Middleware, ...]:
    """Return the middleware, outermost first."""
    names = HostNames(settings.rest_hosts, settings.http)
    return (
        Middleware(Outflow),  # next to the connection: knows all that is written
        Middleware(CorrelationId),  # everything after it can be told apart in the log
        *_measuring(settings, metrics, pages),  # sees the status that the client sees
        Middleware(AccessLog),  # likewise
        Middleware(SecurityHeaders),  # on every answer, refusals and faults too
        Middleware(Hosts, names=names),  # before anything that believes the name
        *_cors(settings),  # before anything that may refuse a call: scripts can read why
        Middleware(Origins, allowed=settings.cors_origins, told=names.told),
        Middleware(Compression, smallest=settings.rest_gzip_bytes),
        Middleware(Faults),  # turns what nobody expected into an answer of ours
    )


def _measuring(
    settings: Settings, metrics: Metrics, pages: Sequence[BaseRoute]
) -> tuple[Middleware, ...]:
    """Return the middleware that measures requests, or none if no metrics are served."""
    if settings.rest_metrics is None:
        return ()
    paths = frozenset(page.path for page in pages if isinstance(page, Route))
    return (Middleware(Measuring, metrics=metrics.requests, pages=paths),)


def _cors(settings: Settings) -> tuple[Middleware, ...]:
    if not settings.cors_origins:
        return ()
    return (
        Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"),
            allow_headers=CORS_HEADERS,
            expose_headers=EXPOSED_HEADERS,
        ),
    )
