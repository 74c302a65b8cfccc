"""The page on which people follow the items, as it is served; tests/browser looks at it."""

import re
from pathlib import Path

import httpx
import pytest

from tests.servers import rest_client

shared = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("path", "media_type"),
    [("/watch", "text/html"), ("/watch.css", "text/css"), ("/watch.js", "text/javascript")],
)
@shared
async def test_the_page_and_what_it_loads_are_served(
    shared_rest: httpx.AsyncClient, path: str, media_type: str
) -> None:
    response = await shared_rest.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"].split(";")[0] == media_type
    assert response.headers["cache-control"] == "no-cache"


@shared
async def test_the_page_may_load_and_run_our_files_only(shared_rest: httpx.AsyncClient) -> None:
    response = await shared_rest.get("/watch")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<style" not in response.text
    assert "<script>" not in response.text


@pytest.mark.parametrize("path", ["/watch", "/watch.js"])
async def test_every_address_is_relative_so_that_a_proxy_may_strip_a_prefix(
    folder: Path, path: str
) -> None:
    async with rest_client(folder, "unix:/nowhere", rest_root_path="/catalogue") as client:
        text = (await client.get(path)).text
    found = re.findall(r'(?:src|href)="([^"#]+)"|`(v1/[^$`]+)', text)
    assert found
    assert not re.findall(r'(?:src|href)="/|["`]/v1/', text)
