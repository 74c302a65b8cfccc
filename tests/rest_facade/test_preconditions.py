"""Conditions in headers are answered the HTTP way, in fields the gRPC way."""

from uuid import uuid4

import httpx
import pytest

VIM = "/v1/items/vim"


@pytest.fixture
async def vim(rest: httpx.AsyncClient) -> httpx.Response:
    """The answer to the creation of an item."""
    return await rest.put(VIM, json={"name": "Vim"})


@pytest.mark.parametrize("tags", ['"1"', 'W/"1"', "*", '"7", "1"', '"1-gzip"', '"7" , W/"1"'])
@pytest.mark.usefixtures("vim")
async def test_a_client_that_has_the_item_is_told_so_without_a_body(
    rest: httpx.AsyncClient, tags: str
) -> None:
    response = await rest.get(VIM, headers={"if-none-match": tags})
    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["etag"] in {'"1"', '"1-gzip"'}
    assert response.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("tags", ['"2"', 'W/"2"', '"11"', '""'])
@pytest.mark.usefixtures("vim")
async def test_a_client_that_has_another_version_is_sent_this_one(
    rest: httpx.AsyncClient, tags: str
) -> None:
    assert (await rest.get(VIM, headers={"if-none-match": tags})).status_code == 200


@pytest.mark.usefixtures("vim")
async def test_a_read_under_if_match_is_412_in_another_version(rest: httpx.AsyncClient) -> None:
    assert (await rest.get(VIM, headers={"if-match": '"1"'})).status_code == 200
    assert (await rest.get(VIM, headers={"if-match": "*"})).status_code == 200
    assert (await rest.get(VIM, headers={"if-match": '"2"'})).status_code == 412


@pytest.mark.parametrize("tags", ['"1"', '"1-gzip"', "*", '"7", "1", W/"9"'])
@pytest.mark.usefixtures("vim")
async def test_a_write_whose_condition_holds_is_done(rest: httpx.AsyncClient, tags: str) -> None:
    response = await rest.patch(VIM, json={"name": "Vim 9"}, headers={"if-match": tags})
    assert response.status_code == 200
    assert response.json()["name"] == "Vim 9"


@pytest.mark.parametrize(
    "tags", ['"2"', 'W/"1"', '"7", "8"', '""', '"*"', f'"{"x" * 500}"', '"2", W/"1"']
)
@pytest.mark.usefixtures("vim")
async def test_a_write_whose_condition_fails_is_412_and_not_done(
    rest: httpx.AsyncClient, tags: str
) -> None:
    response = await rest.patch(VIM, json={"name": "Vim 9"}, headers={"if-match": tags})
    assert response.status_code == 412
    assert response.json()["reason"] == "ETAG_MISMATCH"
    assert (await rest.get(VIM)).json()["name"] == "Vim"


@pytest.mark.usefixtures("vim")
async def test_a_stale_tag_is_412_for_every_write(rest: httpx.AsyncClient) -> None:
    stale = {"if-match": '"7"'}
    assert (await rest.put(VIM, json={"name": "Vim 9"}, headers=stale)).status_code == 412
    assert (await rest.delete(VIM, headers=stale)).status_code == 412
    await rest.delete(VIM)
    assert (await rest.post(f"{VIM}:undelete", headers=stale)).status_code == 412


@pytest.mark.usefixtures("vim")
async def test_a_stale_etag_in_a_field_is_409(rest: httpx.AsyncClient) -> None:
    patched = await rest.patch(VIM, json={"name": "Vim 9", "etag": "7"})
    deleted = await rest.delete(f"{VIM}?etag=7")
    assert [patched.status_code, deleted.status_code] == [409, 409]
    assert patched.json()["metadata"]["etag"] == "1"


@pytest.mark.usefixtures("vim")
async def test_a_tag_that_contradicts_the_field_is_refused(rest: httpx.AsyncClient) -> None:
    body = {"name": "Vim 9", "etag": "1"}
    contradiction = await rest.patch(VIM, json=body, headers={"if-match": '"2"'})
    agreement = await rest.patch(VIM, json=body, headers={"if-match": '"1"'})
    assert [contradiction.status_code, agreement.status_code] == [400, 200]


async def test_a_write_to_a_missing_item_is_404_whatever_its_condition(
    rest: httpx.AsyncClient,
) -> None:
    for tags in ("*", '"1"', '"1", "2"'):
        response = await rest.patch(VIM, json={"name": "Vim"}, headers={"if-match": tags})
        assert response.status_code == 404


async def test_putting_under_if_match_never_creates(rest: httpx.AsyncClient) -> None:
    for tags in ("*", '"1"'):
        response = await rest.put(VIM, json={"name": "Vim"}, headers={"if-match": tags})
        assert response.status_code == 412
    assert (await rest.get(VIM)).status_code == 404


async def test_putting_under_if_none_match_only_creates(rest: httpx.AsyncClient) -> None:
    only_new = {"if-none-match": "*"}
    first = await rest.put(VIM, json={"name": "Vim"}, headers=only_new)
    second = await rest.put(VIM, json={"name": "Vim 9"}, headers=only_new)
    assert [first.status_code, second.status_code] == [201, 412]
    assert (await rest.get(VIM)).json()["name"] == "Vim"


@pytest.mark.usefixtures("vim")
async def test_conditions_that_mean_nothing_are_refused_not_ignored(
    rest: httpx.AsyncClient,
) -> None:
    none = {"if-none-match": "*"}
    responses = (
        await rest.post("/v1/items", json={"name": "Vim"}, headers={"if-match": '"1"'}),
        await rest.post("/v1/items", json={"name": "Vim"}, headers=none),
        await rest.patch(VIM, json={"name": "Vim"}, headers=none),
        await rest.delete(VIM, headers=none),
        await rest.put(VIM, json={"name": "Vim"}, headers={"if-none-match": '"1"'}),
        await rest.put(VIM, json={"name": "Vim"}, headers={**none, "if-match": '"1"'}),
    )
    assert {response.status_code for response in responses} == {400}


async def test_a_tag_without_quotes_is_refused_with_the_tag_that_was_meant(
    rest: httpx.AsyncClient,
) -> None:
    response = await rest.get(VIM, headers={"if-none-match": "42"})
    [violation] = response.json()["violations"]
    assert response.status_code == 400
    assert violation["in"] == "header"
    assert violation["name"] == "If-None-Match"
    assert violation["suggestion"] == '"42"'


async def test_a_condition_that_cannot_be_read_is_refused_before_another_one_fails(
    rest: httpx.AsyncClient, vim: httpx.Response
) -> None:
    headers = {"if-none-match": "42", "if-match": '"7"'}
    assert vim.status_code == 201
    assert (await rest.get(VIM, headers=headers)).status_code == 400


@pytest.mark.parametrize("quote", ["", '"'])
async def test_a_call_with_the_same_idempotency_key_is_performed_once(
    rest: httpx.AsyncClient, quote: str
) -> None:
    headers = {"idempotency-key": f"{quote}{uuid4()}{quote}"}
    first = await rest.post("/v1/items", json={"name": "Vim"}, headers=headers)
    second = await rest.post("/v1/items", json={"name": "Vim"}, headers=headers)
    assert [first.status_code, second.status_code] == [201, 201]
    assert second.json() == first.json()
    assert len((await rest.get("/v1/items")).json()["items"]) == 1


async def test_an_idempotency_key_with_another_call_is_refused(rest: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": str(uuid4())}
    await rest.post("/v1/items", json={"name": "Vim"}, headers=headers)
    response = await rest.post("/v1/items", json={"name": "Emacs"}, headers=headers)
    assert response.status_code == 400
    assert response.json()["reason"] == "REQUEST_ID_REUSED"


async def test_an_idempotency_key_of_a_batch_covers_the_batch(rest: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": str(uuid4())}
    body = {"writes": [{"create": {"item": {"name": "Vim"}}}]}
    first = await rest.post("/v1/items:batchWrite", json=body, headers=headers)
    second = await rest.post("/v1/items:batchWrite", json=body, headers=headers)
    assert first.status_code == 200
    assert second.json() == first.json()


async def test_an_idempotency_key_must_be_a_uuid_and_agree_with_the_field(
    rest: httpx.AsyncClient,
) -> None:
    vim = {"name": "Vim"}
    key, other = str(uuid4()), str(uuid4())
    bad = await rest.post("/v1/items", json=vim, headers={"idempotency-key": "x"})
    torn = await rest.post(
        f"/v1/items?requestId={other}", json=vim, headers={"idempotency-key": key}
    )
    agreed = await rest.post(
        f"/v1/items?requestId={key}", json=vim, headers={"idempotency-key": key}
    )
    assert [bad.status_code, torn.status_code, agreed.status_code] == [400, 400, 201]
