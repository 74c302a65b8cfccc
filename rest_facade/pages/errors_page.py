"""The page that the types of problems lead to: each reason, and what to do about it."""

import json
import re
from collections.abc import Mapping
from html import escape
from string import Template

from grpc import StatusCode
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from rest_facade.pages.content_policy import READ_POLICY
from rest_facade.pages.page_files import page_headers, page_text
from rest_facade.problems.problems import Place, Problem, Violation, invalid, slug
from rest_facade.problems.reasons import REASONS, Reason, http_statuses, meaning

REQUEST_ID = "01a20baf-4dde-76c5-87fb-f2711412de0a"
"""The request id of the examples."""

EXAMPLES = (
    invalid(Violation(Place.BODY, "/nmae", "is not known here", "name")),
    Problem(
        StatusCode.ABORTED,
        "ETAG_MISMATCH",
        "the item `desk-lamp` has changed: its etag is now `43`",
        metadata={"id": "desk-lamp", "etag": "43"},
        status=412,
    ),
)

_CODE = re.compile(r"`([^`]+)`")


def errors_routes() -> list[BaseRoute]:
    """`/errors`."""
    page, headers = _page(), page_headers(READ_POLICY)

    def show(_: Request) -> Response:
        return HTMLResponse(page, headers=headers)

    return [Route("/errors", show)]


def _page() -> str:
    return Template(page_text("errors.html")).substitute(
        examples="\n".join(_example(problem) for problem in EXAMPLES),
        subjects="\n".join(f'<a href="#{_anchor(name)}">{name}</a>' for name in REASONS),
        tables="\n".join(_table(*entry) for entry in REASONS.items()),
    )


def _example(problem: Problem) -> str:
    shown = json.dumps(problem.to_json(REQUEST_ID), indent=2, ensure_ascii=False)
    return f"<pre>{escape(shown, quote=False)}</pre>"


def _table(subject: str, reasons: Mapping[str, Reason]) -> str:
    rows = "\n".join(_row(*entry) for entry in reasons.items())
    columns = "".join(f'<th scope="col">{name}</th>' for name in _COLUMNS)
    return (
        f'<h2 id="{_anchor(subject)}">{subject}</h2>\n<table>\n'
        f"<thead><tr>{columns}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
    )


_COLUMNS = ("Reason", "HTTP", "gRPC", "What it means", "What to do")


def _row(name: str, reason: Reason) -> str:
    anchor = slug(name)
    cells = (
        f'<a href="#{anchor}"><code>{name}</code></a>',
        _text(http_statuses(name, reason)),
        f"<code>{reason.code.name}</code>",
        _text(meaning(name)),
        _text(reason.advice),
    )
    head, *rest = zip(_COLUMNS, cells, strict=True)
    shown = "".join(f'<td data-column="{column}"><div>{cell}</div></td>' for column, cell in rest)
    return f'<tr id="{anchor}"><th scope="row">{head[1]}</th>{shown}</tr>'


def _text(text: str) -> str:
    """Return *text* as HTML, with its `backticks` as code."""
    return _CODE.sub(r"<code>\1</code>", escape(text, quote=False))


def _anchor(subject: str) -> str:
    return f"about-{subject.lower().replace(' ', '-')}"
