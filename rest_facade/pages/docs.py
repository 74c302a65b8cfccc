"""The pages that describe the service; they load nothing from the internet."""

from collections.abc import Callable
from importlib.resources import files

from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from rest_facade.pages.content_policy import viewer_policy
from rest_facade.pages.front_page import TITLE
from rest_facade.pages.page_files import page_headers

OPENAPI = "/openapi.json"
ASSETS = "/docs-assets"

SWAGGER_UI = {
    "displayOperationId": True,  # the name of the RPC
    "displayRequestDuration": True,
    "tryItOutEnabled": True,
}


def documentation_routes() -> list[BaseRoute]:
    """`/docs` (Swagger UI), `/redoc`, and their assets."""
    assets = files("fastapi_offline") / "static"
    return [
        Route("/docs", _page(_swagger_ui)),
        Route("/redoc", _page(_redoc)),
        Mount(ASSETS, StaticFiles(directory=str(assets)), name="docs-assets"),
    ]


def _swagger_ui(root_path: str) -> HTMLResponse:
    page = get_swagger_ui_html(
        openapi_url=f"{root_path}{OPENAPI}",
        title=TITLE,
        swagger_js_url=f"{root_path}{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{root_path}{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{root_path}{ASSETS}/favicon.png",
        swagger_ui_parameters=SWAGGER_UI,
    )
    script = f'<script src="{root_path}/docs.js"></script></head>'
    return HTMLResponse(bytes(page.body).decode().replace("</head>", script, 1))


def _redoc(root_path: str) -> HTMLResponse:
    return get_redoc_html(
        openapi_url=f"{root_path}{OPENAPI}",
        title=TITLE,
        redoc_js_url=f"{root_path}{ASSETS}/redoc.standalone.js",
        redoc_favicon_url=f"{root_path}{ASSETS}/favicon.png",
        with_google_fonts=False,
    )


def _page(draw: Callable[[str], HTMLResponse]) -> Callable[[Request], Response]:
    def show(request: Request) -> Response:
        page = draw(_root_path(request))
        page.headers.update(page_headers(viewer_policy(bytes(page.body).decode())))
        return page

    return show


def _root_path(request: Request) -> str:
    """Return the prefix that a proxy in front has stripped from the path."""
    return str(request.scope.get("root_path", ""))
