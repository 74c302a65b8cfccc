"""The front page: it leads to everything that a facade serves beside the items."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from rest_facade.pages.content_policy import READ_POLICY
from rest_facade.pages.page_files import page_headers, page_text
from rest_facade.requests.media_types import HTML, JSON, preferred

TITLE = "Item service"


@dataclass(frozen=True, slots=True)
class Place:
    """Something that is served at *path*: its *name* for programs, its *title* for people."""

    name: str
    path: str
    title: str
    about: str


PEOPLE: Sequence[Place] = (
    Place("docs", "docs", "Try the API", "Every operation, with examples that you can send."),
    Place("redoc", "redoc", "Read the API", "The same reference on one page, to read and search."),
    Place("watch", "watch", "Watch the items", "Every change as it happens, with a filter."),
    Place("errors", "errors", "Look up an error", "Each reason: its status and what to do."),
)

PROGRAMS: Sequence[Place] = (
    Place("items", "v1/items", "Items", "The first page of items, as JSON."),
    Place("openapi", "openapi.json", "OpenAPI", "The contract of REST, for generators."),
    Place("asyncapi", "asyncapi.yaml", "AsyncAPI", "The messages on the brokers."),
    Place("live", "healthz", "Liveness", "200 while this process answers."),
    Place("ready", "readyz", "Readiness", "200 while a server answers behind it; 503 otherwise."),
)


def front_page_routes(version: str) -> list[BaseRoute]:
    """`/`: a page for browsers, JSON for everyone else."""
    page = Template(page_text("front.html"))

    def show(request: Request) -> Response:
        prefix = str(request.scope.get("root_path", ""))
        if preferred(request.headers, (JSON, HTML)) == HTML:
            return HTMLResponse(_page(page, prefix, version), headers=_headers(READ_POLICY))
        links = json.dumps(_links(prefix, version), indent=2) + "\n"
        return Response(links, media_type=JSON, headers=_headers(READ_POLICY))

    return [Route("/", show)]


def _headers(policy: str) -> dict[str, str]:
    return page_headers(policy) | {"vary": "accept"}


def _links(prefix: str, version: str) -> Mapping[str, object]:
    links = {place.name: f"{prefix}/{place.path}" for place in (*PEOPLE, *PROGRAMS)}
    return {"title": TITLE, "version": version, "links": links}


def _page(page: Template, prefix: str, version: str) -> str:
    """Return the page, with relative links unless the proxy's prefix is known."""
    base = f"{escape(prefix)}/" if prefix else ""
    return page.substitute(
        base=base,
        version=escape(version),
        people="\n".join(_card(place, base) for place in PEOPLE),
        programs="\n".join(_line(place, base) for place in PROGRAMS),
    )


def _card(place: Place, base: str) -> str:
    return (
        f'<li><a href="{base}{place.path}"><strong>{place.title}</strong>'
        f"<span>{place.about}</span></a></li>"
    )


def _line(place: Place, base: str) -> str:
    return (
        f'<li><a href="{base}{place.path}"><code>/{place.path}</code></a>'
        f" <strong>{place.title}</strong> <span>{place.about}</span></li>"
    )
