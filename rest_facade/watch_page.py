"""The page on which people follow the items; it loads nothing from elsewhere."""

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from rest_facade.content_policy import OWN_POLICY

FILES = {
    "/watch": ("watch.html", "text/html"),
    "/watch.css": ("watch.css", "text/css"),
    "/watch.js": ("watch.js", "text/javascript"),
}


def watch_page_routes() -> list[BaseRoute]:
    """`/watch`, its style and its script."""
    return [_route(path, *served) for path, served in FILES.items()]


def _route(path: str, name: str, media_type: str) -> Route:
    content = (files("rest_facade") / "pages" / name).read_bytes()
    headers = {"content-security-policy": OWN_POLICY, "cache-control": "no-cache"}

    def show(_: Request) -> Response:
        return Response(content, media_type=media_type, headers=headers)

    return Route(path, show)
