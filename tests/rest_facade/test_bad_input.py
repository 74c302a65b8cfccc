"""Nothing that a client sends gives a 500, a traceback, or a hung call."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from items.v1.items_fields import ITEM_WRITABLE
from items_protojson.parsing.sentences import ID

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = {"content-type": "application/json"}


async def post(rest: httpx.AsyncClient, body: bytes) -> httpx.Response:
    return await rest.post("/v1/items", content=body, headers=JSON)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"name":}',
        b'{"name":"a"} x',
        b'{"name":"a",}',
        b"{'name':'a'}",
        b"\xef\xbb\xbf{}",
        b'{"name":"\xff"}',
        b'{"name":"\\ud800"}',
        b'{"name":"a","attributes":{"\\udfff":1}}',
        '{"name":"a"}'.encode("utf-16"),
        b"[" * 10_000,
        b'{"name":"a","attributes":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001,
    ],
    ids=lambda body: repr(body[:30]),
)
async def test_a_body_that_is_not_json_is_refused_as_such(
    shared_rest: httpx.AsyncClient, body: bytes
) -> None:
    response = await post(shared_rest, body)
    assert response.status_code == 400
    assert response.json()["reason"] == "MALFORMED_JSON"


async def test_what_is_wrong_with_the_json_is_said_with_its_place(
    shared_rest: httpx.AsyncClient,
) -> None:
    response = await post(shared_rest, b'{\n"name": nope}')
    assert "line 2 column" in response.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [b'{"name":"a","name":"b"}', b'{"name":"a","attributes":{"x":[{"y":1,"y":1}]}}'],
)
async def test_a_key_that_stands_twice_is_refused_because_readers_would_differ(
    shared_rest: httpx.AsyncClient, body: bytes
) -> None:
    response = await post(shared_rest, body)
    assert response.status_code == 400
    assert "twice" in response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ("[]", ""),
        ('"text"', ""),
        ("null", ""),
        ('{"id":"vim"}', "/name"),
        ('{"name":null}', "/name"),
        ('{"name":7}', "/name"),
        ('{"name":""}', "/name"),
        (json.dumps({"name": "x" * 256}), "/name"),
        ('{"name":"a\\u0000b"}', "/name"),
        ('{"name":"a","id":"A"}', "/id"),
        ('{"name":"a","id":true}', "/id"),
        ('{"name":"a","id":1.5}', "/id"),
        ('{"name":"a","labels":[]}', "/labels"),
        ('{"name":"a","labels":{"A b":"x"}}', "/labels/A b"),
        ('{"name":"a","labels":{"a/b":1}}', "/labels/a~1b"),
        ('{"name":"a","attributes":[]}', "/attributes"),
        ('{"name":"a","attributes":{"x":NaN}}', "/attributes/x"),
        ('{"name":"a","attributes":{"x":-Infinity}}', "/attributes/x"),
        ('{"name":"a","attributes":{"x":[1,1e400]}}', "/attributes/x/1"),
        ('{"name":"a","attributes":{"x":"\\u0000"}}', "/attributes/x"),
        (json.dumps({"name": "a", "attributes": {"x": "y" * 70_000}}), "/attributes"),
        (json.dumps({"name": "a", "labels": {f"k{n}": "" for n in range(10_000)}}), "/labels"),
        ('{"name":"a","etag":"' + "9" * 65 + '"}', "/etag"),
    ],
    ids=lambda value: value[:40],
)
async def test_a_value_that_breaks_a_rule_is_refused_where_it_stands(
    shared_rest: httpx.AsyncClient, body: str, pointer: str
) -> None:
    response = await post(shared_rest, body.encode())
    violations = response.json()["violations"]
    assert response.status_code == 400
    assert [found["pointer"] for found in violations] == [pointer]


async def test_every_violation_is_named_with_what_was_probably_meant(
    shared_rest: httpx.AsyncClient,
) -> None:
    response = await post(shared_rest, b'{"nmae":"Vim","lables":{},"x1":2}')
    suggestions = {
        found["pointer"]: found.get("suggestion") for found in response.json()["violations"]
    }
    assert suggestions == {"/name": None, "/nmae": "name", "/lables": "labels", "/x1": None}


async def test_the_detail_says_what_was_probably_meant_too(shared_rest: httpx.AsyncClient) -> None:
    response = await post(shared_rest, b'{"nmae":"Vim"}')
    assert "/nmae: is not known here (did you mean name?)" in response.json()["detail"]


async def test_a_pattern_is_told_in_a_sentence(shared_rest: httpx.AsyncClient) -> None:
    response = await post(shared_rest, b'{"name":"a","id":"A b"}')
    assert response.json()["detail"] == f"/id: {ID}"
    response = await shared_rest.get("/v1/items/A%20b")
    assert response.json()["detail"] == f"id: {ID}"


@pytest.mark.parametrize(
    ("literal", "told"),
    [
        ("9007199254740993", "would be rounded to 9007199254740992; send it as text, in quotes"),
        ("9007199254740993.0", "would be rounded to 9007199254740992; send it as text, in quotes"),
        ("1e400", "must be a number that a double can hold; send it as text, in quotes"),
    ],
)
async def test_a_number_that_would_become_another_one_is_refused_where_it_stands(
    shared_rest: httpx.AsyncClient, literal: str, told: str
) -> None:
    attributes = f'{{"name":"a","attributes":{{"serials":[1,{literal}]}}}}'
    item = await post(shared_rest, attributes.encode())
    batch = await shared_rest.post(
        "/v1/items:batchWrite",
        content=f'{{"writes":[{{"create":{{"item":{attributes}}}}}]}}',
        headers=JSON,
    )
    (found,), (found_in_batch,) = item.json()["violations"], batch.json()["violations"]
    assert found == {"in": "body", "pointer": "/attributes/serials/1", "detail": told}
    assert found_in_batch["pointer"] == "/writes/0/create/item/attributes/serials/1"


@pytest.mark.parametrize(
    "literal", ["9007199254740992", "9007199254740994", "18446744073709551616", "-0.1", "3"]
)
async def test_a_number_that_is_kept_is_answered_as_it_was_sent(
    shared_rest: httpx.AsyncClient, literal: str
) -> None:
    response = await post(shared_rest, f'{{"name":"a","attributes":{{"n":{literal}}}}}'.encode())
    assert response.status_code == 201
    assert f'"n":{literal}}}' in response.text


async def test_a_long_key_is_not_sent_back_whole(shared_rest: httpx.AsyncClient) -> None:
    for body in (b'{"%b":1}', b'{"name":"a","attributes":{"%b":1e999}}', b'{"%b":1,"%b":2}'):
        response = await post(shared_rest, body.replace(b"%b", b"k" * 30_000))
        assert response.status_code == 400
        assert len(response.content) < 1500


async def test_a_body_of_too_many_elements_is_too_large(shared_rest: httpx.AsyncClient) -> None:
    response = await post(shared_rest, b'{"x":[%b1]}' % (b"1," * 100_000))
    assert response.status_code == 413
    assert response.json()["reason"] == "REQUEST_TOO_LARGE"
    assert "more than 100000" in response.json()["detail"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("pageSize=-1", "pageSize"),
        ("pageSize=abc", "pageSize"),
        ("pageSize=", "pageSize"),
        ("pageSize=99999999999999999999", "pageSize"),
        ("pageSize=1&pageSize=2", "pageSize"),
        ("pagesize=1", "pagesize"),
        ("showDeleted=yes", "showDeleted"),
        ("pageToken=nonsense", "pageToken"),
        ("pageToken=%00", "pageToken"),
        ("filter=nope%20%3D%201", "filter"),
        ("filter=" + "%28" * 5000, "filter"),
        ("filter=" + "%28" * 4000, "filter"),
        ("filter=name%3D%22%00%22", "filter"),
        ("orderBy=nope", "orderBy"),
        ("minRevision=-1", "minRevision"),
        ("minRevision=9223372036854775808", "minRevision"),
        ("%ff=1", ""),
        ("a=" + "&a=" * 3000, ""),
    ],
    ids=lambda value: value[:40],
)
async def test_a_bad_query_is_refused_by_the_name_of_the_parameter(
    shared_rest: httpx.AsyncClient, query: str, name: str
) -> None:
    response = await shared_rest.get(f"/v1/items?{query}")
    assert response.status_code == 400
    assert name in {found["name"] for found in response.json()["violations"]}


async def test_a_misspelt_parameter_is_told_what_was_probably_meant(
    shared_rest: httpx.AsyncClient,
) -> None:
    response = await shared_rest.get("/v1/items?pagesize=1")
    assert response.json()["violations"][0]["suggestion"] == "pageSize"


async def test_a_body_method_takes_no_unknown_parameters_either(
    shared_rest: httpx.AsyncClient,
) -> None:
    response = await shared_rest.post("/v1/items?nope=1", json={"name": "a"})
    assert response.status_code == 400


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_of_10_mb_is_413(shared_rest: httpx.AsyncClient, *, chunked: bool) -> None:
    async def chunks() -> Any:
        for _ in range(160):
            yield b"a" * 65_536

    content: Any = chunks() if chunked else b"a" * 10_485_760
    response = await shared_rest.post("/v1/items", content=content, headers=JSON)
    assert response.status_code == 413
    assert response.json()["reason"] == "REQUEST_TOO_LARGE"


async def test_a_message_too_large_for_the_server_is_413_too(
    shared_rest: httpx.AsyncClient,
) -> None:
    item = {"item": {"name": "a", "attributes": {"n": [1] * 5000}}}
    body = {"writes": [{"create": item}] * 120, "allowPartial": True}
    response = await shared_rest.post("/v1/items:batchWrite", json=body)
    assert response.status_code == 413


@pytest.mark.parametrize("count", [0, 1001])
async def test_a_batch_of_none_or_too_many_is_refused(
    shared_rest: httpx.AsyncClient, count: int
) -> None:
    writes = {"writes": [{"delete": {"id": "a"}}] * count}
    written = await shared_rest.post("/v1/items:batchWrite", json=writes)
    got = await shared_rest.get(
        "/v1/items:batchGet", params={"ids": [f"a{n}" for n in range(count)]}
    )
    assert [written.status_code, got.status_code] == [400, 400]


async def test_a_violation_within_a_batch_is_named_with_its_place(
    shared_rest: httpx.AsyncClient,
) -> None:
    writes = [{"delete": {"id": "a"}}, {"create": {"item": {"nmae": "x", "name": "x"}}}]
    response = await shared_rest.post("/v1/items:batchWrite", json={"writes": writes})
    [violation] = response.json()["violations"]
    assert violation["pointer"] == "/writes/1/create/item/nmae"
    assert violation["suggestion"] == "name"


@pytest.mark.parametrize("name", ["authorization", "items-actor"])
async def test_an_identity_that_metadata_cannot_carry_is_refused(
    shared_rest: httpx.AsyncClient, name: str
) -> None:
    response = await shared_rest.get("/v1/items", headers=[(name.encode(), b"\xff\xfe")])
    assert response.status_code == 400
    assert response.json()["violations"][0]["name"] == name


async def test_a_trace_that_metadata_cannot_carry_is_left_behind(
    shared_rest: httpx.AsyncClient,
) -> None:
    response = await shared_rest.get("/v1/items", headers=[(b"traceparent", b"\xff")])
    assert response.status_code == 200


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
bodies = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("id", *ITEM_WRITABLE, "etag", "revision", "x"), anything),
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=bodies | anything, method=st.sampled_from(["POST", "PUT", "PATCH"]))
async def test_whatever_json_is_sent_it_is_written_or_refused(
    shared_rest: httpx.AsyncClient, body: Any, method: str
) -> None:
    path = "/v1/items" if method == "POST" else "/v1/items/x"
    response = await shared_rest.request(
        method, path, content=json.dumps(body).encode(), headers=JSON
    )
    assert response.status_code in {200, 201, 400, 404, 409}


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=st.binary(max_size=200), path=st.sampled_from(["", ":batchWrite", "/x:undelete"]))
async def test_whatever_bytes_are_sent_they_are_refused(
    shared_rest: httpx.AsyncClient, body: bytes, path: str
) -> None:
    response = await shared_rest.post(f"/v1/items{path}", content=body, headers=JSON)
    assert response.status_code in {400, 404, 409, 415}
