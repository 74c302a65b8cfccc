"""Pages of other sites: their writes are refused, also those that browsers send unasked."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.servers import item_service, rest_client

FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://items:8000"},
    {"origin": "http://items.evil.example"},
    {"origin": "file://"},
    {"origin": "nonsense"},
    {"origin": "http://items:port"},
    {"sec-fetch-site": "cross-site"},
]

OWN: list[dict[str, str]] = [
    {},
    {"origin": "http://items"},
    {"origin": "http://items:80"},
    {"origin": "https://items"},
    {"origin": "http://items", "sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_a_page_of_another_site_may_read_but_not_write(
    rest: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    written = await rest.put("/v1/items/vim", json={"name": "Vim"}, headers=headers)
    assert (written.status_code, written.json()["reason"]) == (403, "ORIGIN_NOT_ALLOWED")
    assert (await rest.get("/v1/items", headers=headers)).json().get("items", []) == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_every_method_that_writes_is_refused(rest: httpx.AsyncClient, method: str) -> None:
    answer = await rest.request(method, "/v1/items/vim", headers=FOREIGN[0])
    assert answer.status_code == 403


@pytest.mark.parametrize("headers", OWN, ids=str)
async def test_a_page_of_our_own_and_a_client_without_pages_may_write(
    rest: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    written = await rest.put("/v1/items/vim", json={"name": "Vim"}, headers=headers)
    assert written.status_code == 201


@pytest.fixture
async def told(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A facade that is reached by another name, and that one origin may write to."""
    allowed = {"rest_hosts": "items,catalogue.example", "cors_origins": "https://console.example"}
    async with (
        item_service(folder),
        rest_client(folder, f"unix:{folder}/grpc.sock", **allowed) as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"origin": "https://console.example", "sec-fetch-site": "cross-site"}, 201),
        ({"origin": "https://catalogue.example"}, 201),
        ({"origin": "https://catalogue.example:8443"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
    ids=str,
)
async def test_origins_that_are_allowed_and_names_that_are_told_may_write(
    told: httpx.AsyncClient, headers: dict[str, str], expected: int
) -> None:
    written = await told.put("/v1/items/vim", json={"name": "Vim"}, headers=headers)
    assert written.status_code == expected


@pytest.mark.parametrize(
    "form", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a"]
)
async def test_a_form_without_a_body_is_no_write(rest: httpx.AsyncClient, form: str) -> None:
    await rest.put("/v1/items/vim", json={"name": "Vim"})
    await rest.delete("/v1/items/vim")
    url = "/v1/items/vim:undelete"
    sent = await rest.post(url, headers={"content-type": form})
    assert (sent.status_code, sent.json()["reason"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert (await rest.post(url)).status_code == 200
