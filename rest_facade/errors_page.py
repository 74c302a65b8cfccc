"""The page that the types of problems lead to: what each reason means."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from items.v1.errors_meanings import ERROR_REASON
from rest_facade.content_policy import page_policy
from rest_facade.problems import PREFIX, slug, title

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "dt{font-weight:600;margin-top:1rem}dd{margin:0}:target{background:#fff3bf}"
)


def errors_routes() -> list[BaseRoute]:
    """`/errors`."""
    return [Route("/errors", show_errors)]


async def show_errors(_: Request) -> Response:
    """Each reason, with an anchor of its own."""
    page = _page()
    headers = {"content-security-policy": page_policy(page), "cache-control": "no-cache"}
    return HTMLResponse(page, headers=headers)


def _page() -> str:
    entries = "\n".join(
        _entry(name.removeprefix(PREFIX), meaning)
        for name, meaning in ERROR_REASON.items()
        if not name.endswith("UNSPECIFIED")
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>Errors of the item service</title><style>{STYLE}</style></head>\n"
        f"<body><h1>Errors</h1>\n<p>The <code>reason</code> of a problem, and what it means.</p>\n"
        f"<dl>\n{entries}\n</dl></body></html>\n"
    )


def _entry(reason: str, meaning: str) -> str:
    heading = f'<dt id="{slug(reason)}">{title(reason)} <code>{reason}</code></dt>'
    return f"{heading}<dd>{escape(meaning)}</dd>"
