"""The files of `pages/`, as they are: the pages that people open load nothing from elsewhere."""

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from rest_facade.pages.content_policy import OWN_POLICY

YAML = "application/yaml"
"""YAML, RFC 9512."""

FILES = {
    "/style.css": "text/css",
    "/docs.js": "text/javascript",
    "/errors.css": "text/css",
    "/front.css": "text/css",
    "/watch": "text/html",
    "/watch.css": "text/css",
    "/watch.js": "text/javascript",
    "/asyncapi.yaml": YAML,
}
"""Media types, by the path at which a file is served."""


def page_file_routes() -> list[BaseRoute]:
    """`/watch`, the styles and scripts of all pages, and `/asyncapi.yaml`."""
    return [_route(path, media_type) for path, media_type in FILES.items()]


def page_text(name: str) -> str:
    """Return the text of the file *name* of `pages/`."""
    return (files("rest_facade") / "pages" / name).read_text(encoding="utf-8")


def page_headers(policy: str) -> dict[str, str]:
    """Return the headers of a page: what it may load, and that it is asked for again."""
    return {"content-security-policy": policy, "cache-control": "no-cache"}


def _route(path: str, media_type: str) -> Route:
    name = path[1:] if "." in path else f"{path[1:]}.html"
    content, headers = page_text(name), page_headers(OWN_POLICY)

    def show(_: Request) -> Response:
        return Response(content, media_type=media_type, headers=headers)

    return Route(path, show)
