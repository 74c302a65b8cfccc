"""Scripts on other origins: refused by default, served where a setting says so."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.servers import item_service, rest_client

ORIGIN = "https://console.example"
PREFLIGHT = {
    "origin": ORIGIN,
    "access-control-request-method": "PATCH",
    "access-control-request-headers": "content-type,if-match,idempotency-key",
}


@pytest.fixture
async def open_rest(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a facade that serves scripts of one origin."""
    async with (
        item_service(folder),
        rest_client(folder, f"unix:{folder}/grpc.sock", cors_origins=ORIGIN) as client,
    ):
        yield client


async def test_by_default_no_other_origin_may_read(rest: httpx.AsyncClient) -> None:
    response = await rest.get("/v1/items", headers={"origin": ORIGIN})
    preflight = await rest.options("/v1/items/vim", headers=PREFLIGHT)
    assert "access-control-allow-origin" not in response.headers
    assert preflight.status_code == 405


async def test_a_script_of_the_origin_may_read_answers_and_their_headers(
    open_rest: httpx.AsyncClient,
) -> None:
    for path in ("/v1/items", "/v1/items/nope"):
        response = await open_rest.get(path, headers={"origin": ORIGIN})
        exposed = response.headers["access-control-expose-headers"]
        assert response.headers["access-control-allow-origin"] == ORIGIN
        assert {"ETag", "Location", "Retry-After", "X-Request-Id"} <= set(exposed.split(", "))
        assert "Origin" in response.headers["vary"]


async def test_a_script_of_the_origin_may_write_under_conditions(
    open_rest: httpx.AsyncClient,
) -> None:
    response = await open_rest.options("/v1/items/vim", headers=PREFLIGHT)
    assert response.status_code == 200
    assert "PATCH" in response.headers["access-control-allow-methods"]


async def test_a_script_of_another_origin_may_not(open_rest: httpx.AsyncClient) -> None:
    headers = {**PREFLIGHT, "origin": "https://evil.example"}
    preflight = await open_rest.options("/v1/items/vim", headers=headers)
    response = await open_rest.get("/v1/items", headers={"origin": "https://evil.example"})
    assert preflight.status_code == 400
    assert "access-control-allow-origin" not in response.headers
