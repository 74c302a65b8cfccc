"""Larger answers are compressed, and caches and conditions still work."""

import httpx
import pytest

VIM = "/v1/items/vim"


@pytest.fixture(autouse=True)
async def large_item(rest: httpx.AsyncClient) -> None:
    """An item that is worth compressing."""
    await rest.put(VIM, json={"name": "Vim", "description": "editor " * 500})


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.5", "*", "GZIP"])
async def test_a_large_answer_is_compressed_for_those_who_take_it(
    rest: httpx.AsyncClient, accepted: str
) -> None:
    response = await rest.get(VIM, headers={"accept-encoding": accepted})
    assert response.headers["content-encoding"] == "gzip"
    assert int(response.headers["content-length"]) < 1000
    assert response.json()["description"] == "editor " * 500


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br", "gzip;q=0, *"])
async def test_a_large_answer_is_sent_as_it_is_to_the_others(
    rest: httpx.AsyncClient, accepted: str
) -> None:
    response = await rest.get(VIM, headers={"accept-encoding": accepted})
    assert "content-encoding" not in response.headers


async def test_a_cache_is_told_that_the_encoding_matters(rest: httpx.AsyncClient) -> None:
    for accepted in ("gzip", "identity"):
        response = await rest.get(VIM, headers={"accept-encoding": accepted})
        assert "Accept-Encoding" in response.headers["vary"]


async def test_a_small_answer_is_not_compressed(rest: httpx.AsyncClient) -> None:
    await rest.put("/v1/items/ed", json={"name": "ed"})
    response = await rest.get("/v1/items/ed", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in response.headers


async def test_other_bytes_have_another_tag_and_both_are_understood(
    rest: httpx.AsyncClient,
) -> None:
    plain = await rest.get(VIM, headers={"accept-encoding": "identity"})
    coded = await rest.get(VIM, headers={"accept-encoding": "gzip"})
    assert plain.headers["etag"] == '"1"'
    assert coded.headers["etag"] == '"1-gzip"'
    for tag in (plain.headers["etag"], coded.headers["etag"]):
        unchanged = await rest.get(VIM, headers={"if-none-match": tag})
        assert (unchanged.status_code, unchanged.headers["etag"]) == (304, tag)


async def test_the_tag_of_a_compressed_answer_is_a_condition_of_a_write(
    rest: httpx.AsyncClient,
) -> None:
    coded = await rest.get(VIM, headers={"accept-encoding": "gzip"})
    condition = {"if-match": coded.headers["etag"]}
    first = await rest.patch(VIM, json={"name": "Vim 9"}, headers=condition)
    second = await rest.patch(VIM, json={"name": "Vim 8"}, headers=condition)
    assert [first.status_code, second.status_code] == [200, 412]


async def test_head_of_a_compressed_answer_has_its_headers(rest: httpx.AsyncClient) -> None:
    accepted = {"accept-encoding": "gzip"}
    got, head = await rest.get(VIM, headers=accepted), await rest.head(VIM, headers=accepted)
    assert head.headers["etag"] == got.headers["etag"]
    assert head.headers["content-length"] == got.headers["content-length"]
