"""HTTP itself: methods, media types, ids in paths, headers."""

import httpx
import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

VIM = "/v1/items/vim"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/items", "GET, HEAD, POST"),
        (VIM, "DELETE, GET, HEAD, PATCH, PUT"),
        (f"{VIM}:undelete", "POST"),
        (f"{VIM}/revisions", "GET, HEAD"),
        ("/v1/items:batchGet", "GET, HEAD"),
        ("/v1/items:batchWrite", "POST"),
    ],
)
@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "QUERY"])
async def test_a_method_that_a_resource_does_not_know_is_405_with_those_that_it_does(
    shared_rest: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    response = await shared_rest.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == allowed
    assert response.json()["reason"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    "path", ["/v1/items", VIM, f"{VIM}/revisions", "/v1/items:batchGet?ids=vim"]
)
async def test_head_answers_as_get_does_without_the_body(
    shared_rest: httpx.AsyncClient, path: str
) -> None:
    await shared_rest.put(VIM, json={"name": "Vim"})
    got, head = await shared_rest.get(path), await shared_rest.head(path)
    assert head.status_code == got.status_code == 200
    assert head.content == b""
    for name in ("content-length", "content-type", "etag"):
        assert head.headers.get(name) == got.headers.get(name)


@pytest.mark.parametrize(
    "path", ["/nope", "/v1", "/v1/items/", "/v1/items/a/b", "/v1/items:nope", f"{VIM}:nope"]
)
async def test_a_path_that_is_not_served_is_404_as_a_problem(
    shared_rest: httpx.AsyncClient, path: str
) -> None:
    response = await shared_rest.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["reason"] == "ROUTE_NOT_FOUND"


@pytest.mark.parametrize("item_id", ["a", "a.b", "a..b", "9", "a-b_c.d", "revisions", "x" * 128])
async def test_any_id_of_the_contract_works_in_a_path(
    shared_rest: httpx.AsyncClient, item_id: str
) -> None:
    await shared_rest.put(f"/v1/items/{item_id}", json={"name": "x"})
    assert (await shared_rest.get(f"/v1/items/{item_id}")).json()["id"] == item_id


@pytest.mark.parametrize(
    "sent",
    [
        "A",
        "-a",
        "a-",
        "a%2Fb",
        "a%2Frevisions",
        "%FF",
        "%00",
        "vim%3Aundelete",
        "x" * 129,
        "%20",
        "ä",
    ],
)
async def test_an_id_beyond_the_contract_is_refused_where_it_stands(
    shared_rest: httpx.AsyncClient, sent: str
) -> None:
    response = await shared_rest.get(f"/v1/items/{sent}")
    assert response.status_code == 400
    assert response.json()["violations"][0]["in"] == "path"
    assert response.json()["violations"][0]["name"] == "id"


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "application/merge-patch+json",
        "application/json; charset=latin-1",
        "",
    ],
)
async def test_a_body_that_is_not_json_is_415_with_what_is_read(
    shared_rest: httpx.AsyncClient, content_type: str
) -> None:
    headers = {"content-type": content_type}
    response = await shared_rest.post("/v1/items", content=b'{"name":"Vim"}', headers=headers)
    assert response.status_code == 415
    assert response.headers["accept"] == "application/json"


async def test_a_compressed_body_is_415(shared_rest: httpx.AsyncClient) -> None:
    headers = {"content-encoding": "gzip"}
    response = await shared_rest.post("/v1/items", json={"name": "Vim"}, headers=headers)
    assert response.status_code == 415


@pytest.mark.parametrize("content_type", ["application/json; charset=UTF-8", "Application/JSON"])
async def test_a_content_type_is_read_whatever_its_case_and_parameters(
    shared_rest: httpx.AsyncClient, content_type: str
) -> None:
    headers = {"content-type": content_type}
    response = await shared_rest.post("/v1/items", content=b'{"name":"Vim"}', headers=headers)
    assert response.status_code == 201


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("*/*", 200),
        ("application/*;q=0.1", 200),
        ("text/html, */*;q=0.5", 200),
        ("", 200),
        ("text/html", 406),
        ("application/json;q=0, */*", 406),
        ("image/*", 406),
    ],
)
async def test_accept_decides_whether_json_can_be_answered(
    shared_rest: httpx.AsyncClient, accept: str, status: int
) -> None:
    assert (await shared_rest.get("/v1/items", headers={"accept": accept})).status_code == status


async def test_the_request_id_of_the_caller_comes_back_on_every_answer(
    shared_rest: httpx.AsyncClient,
) -> None:
    for path in ("/v1/items", "/v1/items/nope", "/nope", "/docs", "/healthz"):
        response = await shared_rest.get(path, headers={"x-request-id": "mine-1"})
        assert response.headers["x-request-id"] == "mine-1"


async def test_a_problem_names_the_call_that_it_is_about(shared_rest: httpx.AsyncClient) -> None:
    response = await shared_rest.get("/v1/items/nope")
    assert response.json()["requestId"] == response.headers["x-request-id"]


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "ä"])
async def test_a_request_id_that_no_log_should_hold_is_replaced(
    shared_rest: httpx.AsyncClient, given: str
) -> None:
    response = await shared_rest.get("/healthz", headers=[(b"x-request-id", given.encode())])
    assert response.headers["x-request-id"] not in {"", given}


async def test_answers_are_not_kept_or_sniffed(shared_rest: httpx.AsyncClient) -> None:
    response = await shared_rest.get("/v1/items")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "server" not in response.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"request-timeout": "0"},
        {"request-timeout": "-1"},
        {"request-timeout": "soon"},
        {"request-timeout": "1e3"},
        {"grpc-timeout": "10"},
        {"grpc-timeout": "123456789S"},
        {"grpc-timeout": "0m"},
    ],
)
async def test_a_timeout_that_cannot_be_read_is_refused(
    shared_rest: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    response = await shared_rest.get("/v1/items", headers=headers)
    assert response.status_code == 400
    assert response.json()["violations"][0]["in"] == "header"


@pytest.mark.parametrize("headers", [{"request-timeout": "0.2"}, {"grpc-timeout": "200m"}])
async def test_a_call_takes_no_longer_than_the_caller_wants(
    shared_rest: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    response = await shared_rest.get("/v1/items?minRevision=1000", headers=headers)
    assert response.status_code == 504
    assert response.json()["reason"] == "DEADLINE_EXCEEDED"
    assert response.elapsed.total_seconds() < 2
