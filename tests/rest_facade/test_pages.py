"""The pages that people open, as they are served; tests/browser looks at them."""

import ast
import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
import yaml

import rest_facade
from items.v1 import errors_pb2
from rest_facade.pages.front_page import PEOPLE, PROGRAMS
from rest_facade.problems.problems import HTTP_STATUS, HTTP_STATUS_OF_REASON, PREFIX
from rest_facade.problems.reasons import all_reasons
from tests.servers import rest_client

shared = pytest.mark.asyncio(loop_scope="module")

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
OWN_PAGES = ("/", "/errors", "/watch")
LINK = re.compile(r'(?:src|href)="([^"]+)"')


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/watch", "text/html"),
        ("/watch.css", "text/css"),
        ("/watch.js", "text/javascript"),
        ("/style.css", "text/css"),
        ("/errors", "text/html"),
        ("/docs.js", "text/javascript"),
        ("/asyncapi.yaml", "application/yaml"),
    ],
)
@shared
async def test_the_pages_and_what_they_load_are_served(
    shared_rest: httpx.AsyncClient, path: str, media_type: str
) -> None:
    response = await shared_rest.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"].split(";")[0] == media_type
    assert response.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", OWN_PAGES)
@shared
async def test_a_page_may_load_and_run_our_files_only(
    shared_rest: httpx.AsyncClient, path: str
) -> None:
    response = await shared_rest.get(path, headers=BROWSER)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "style=" not in response.text
    assert "<style" not in response.text
    assert "<script>" not in response.text


@pytest.mark.parametrize("path", [*OWN_PAGES, "/watch.js"])
async def test_every_address_is_relative_so_that_a_proxy_may_strip_a_prefix(
    folder: Path, path: str
) -> None:
    async with rest_client(folder, "unix:/nowhere") as client:
        text = (await client.get(path, headers=BROWSER)).text
    found = re.findall(r'(?:src|href)="([^"#]+)"|`(v1/[^$`]+)', text)
    assert found
    assert not re.findall(r'(?:src|href)="/|["`]/v1/', text)


@pytest.mark.parametrize("path", OWN_PAGES)
@shared
async def test_every_link_of_a_page_leads_to_something(
    shared_rest: httpx.AsyncClient, path: str
) -> None:
    text = (await shared_rest.get(path, headers=BROWSER)).text
    for link in LINK.findall(text):
        target, _, anchor = link.partition("#")
        if link.startswith("data:"):
            continue
        answer = await shared_rest.get(httpx.URL(f"http://items{path}").join(target))
        assert answer.status_code == 200, link
        assert not anchor or target or f'id="{anchor}"' in text, link


@shared
async def test_a_browser_gets_a_front_page_and_a_program_gets_links(
    shared_rest: httpx.AsyncClient,
) -> None:
    page = await shared_rest.get("/", headers=BROWSER)
    links = await shared_rest.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert links.headers["content-type"] == "application/json"
    assert all("accept" in answer.headers["vary"].split(", ") for answer in (page, links))
    assert links.text.endswith("}\n")
    for place in (*PEOPLE, *PROGRAMS):
        assert f'href="{place.path}"' in page.text
        assert links.json()["links"][place.name] == f"/{place.path}"


@pytest.mark.parametrize("accept", ["application/xml", "application/json", "text/html;q=0", "*/*"])
@shared
async def test_what_asks_for_no_html_gets_json(shared_rest: httpx.AsyncClient, accept: str) -> None:
    answer = await shared_rest.get("/", headers={"accept": accept})
    assert answer.headers["content-type"] == "application/json"


async def test_the_front_page_names_the_prefix_that_it_knows(folder: Path) -> None:
    """A browser may have come to it without a slash at the end."""
    async with rest_client(folder, "unix:/nowhere", rest_root_path="/catalogue") as client:
        page = (await client.get("/", headers=BROWSER)).text
        links = (await client.get("/")).json()["links"]
    assert all(link.startswith(("/catalogue/", "data:")) for link in LINK.findall(page))
    assert all(link.startswith("/catalogue/") for link in links.values())


@shared
async def test_the_asyncapi_document_is_that_of_the_docs(shared_rest: httpx.AsyncClient) -> None:
    served = yaml.safe_load((await shared_rest.get("/asyncapi.yaml")).text)
    assert served["asyncapi"] == "3.0.0"


def test_there_is_advice_for_each_reason_of_the_contract() -> None:
    reasons = {name.removeprefix(PREFIX) for name in errors_pb2.ErrorReason.keys()[1:]}
    assert {name for name, _ in all_reasons()} == reasons
    assert all(reason.advice.endswith(".") for _, reason in all_reasons())


@shared
async def test_the_page_of_errors_has_a_row_for_each_reason(shared_rest: httpx.AsyncClient) -> None:
    page = (await shared_rest.get("/errors")).text
    for name, reason in all_reasons():
        anchor = name.lower().replace("_", "-")
        row = page.split(f'<tr id="{anchor}">')[1].split("</tr>")[0]
        assert f"<code>{name}</code>" in row
        assert f"<code>{reason.code.name}</code>" in row


@shared
async def test_an_example_of_the_page_of_errors_is_what_the_service_answers(
    shared_rest: httpx.AsyncClient,
) -> None:
    page = (await shared_rest.get("/errors")).text
    example = json.loads(re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)[0])
    answer = (await shared_rest.post("/v1/items", json={"nmae": "x"})).json()
    assert answer.keys() == example.keys()
    for member in ("type", "title", "status", "code", "reason"):
        assert answer[member] == example[member]
    assert example["violations"][0] in answer["violations"]


def refusals() -> Iterator[tuple[str, str, int | None]]:
    """Each `Problem(StatusCode.CODE, "REASON", ..., status=...)` in the facade's code."""
    for path in Path(rest_facade.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Problem":
                code, reason, *_ = (*map(ast.unparse, node.args), "", "")
                if code.startswith("StatusCode.") and reason.startswith("'"):
                    yield reason.strip("'"), code.removeprefix("StatusCode."), _status(node)


def _status(call: ast.Call) -> int | None:
    shown = [ast.unparse(word.value) for word in call.keywords if word.arg == "status"]
    found = re.fullmatch(r"HTTPStatus\.(\w+)", shown[0]) if shown else None
    return int(HTTPStatus[found[1]]) if found else None


def test_what_the_facade_refuses_has_the_statuses_of_the_table() -> None:
    reasons, found = dict(all_reasons()), list(refusals())
    assert len(found) > 10
    for name, code, status in found:
        reason = reasons[name]
        usual = HTTP_STATUS_OF_REASON.get(name) or HTTP_STATUS[reason.code]
        assert reason.code.name == code, name
        assert status is None or status in {int(usual), *reason.other_http}, name
