"""The documentation: true to the routes, complete, and served without the internet."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from items.v1.items_routes import ROUTES
from rest_facade.main import OPERATIONS, create_app
from rest_facade.openapi.responses import REASONS
from rest_facade.routes.resources import Resource
from rest_facade.settings import Settings
from tests.servers import rest_client

shared = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    return create_app(Settings()).openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def media(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each media type of each body and answer, with a name for messages."""
    for _, _, operation in operations(document):
        holders = {"body": operation.get("requestBody", {}), **operation["responses"]}
        for name, holder in holders.items():
            for content in holder.get("content", {}).values():
                yield f"{operation['operationId']} {name}", content


def values(content: dict[str, Any]) -> list[Any]:
    given = [example["value"] for example in content.get("examples", {}).values()]
    return [*given, *([content["example"]] if "example" in content else [])]


def test_the_routes_are_those_of_the_contract_and_no_others() -> None:
    contract = {(route.rpc, route.method, route.path) for route in ROUTES}
    declared = {(found.rpc, found.method, found.path) for found in OPERATIONS}
    assert declared == contract


def test_the_application_serves_every_route_of_the_contract_and_documents_it(
    document: dict[str, Any],
) -> None:
    contract = {(route.rpc, route.method, route.path) for route in ROUTES}
    served = {
        (found.rpc, method, resource.path)
        for resource in create_app(Settings()).routes
        if isinstance(resource, Resource)
        for method, found in resource.operations.items()
        if method != "HEAD"
    }
    documented = {
        (operation["operationId"], method, path) for method, path, operation in operations(document)
    }
    assert served == contract
    assert documented == contract


def test_every_operation_is_described_and_says_how_it_is_refused(
    document: dict[str, Any],
) -> None:
    for _, _, operation in operations(document):
        assert operation["summary"]
        assert operation["description"]
        for status in ("400", "406", "429", "500", "503", "504"):
            content = operation["responses"][status]["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
        for parameter in operation["parameters"]:
            assert parameter["description"]


def test_every_body_and_answer_has_an_example_that_fits_its_schema(
    document: dict[str, Any],
) -> None:
    for name, content in media(document):
        schema = {**content["schema"], "components": document["components"]}
        validator = jsonschema_rs.validator_for(schema)
        assert values(content), name
        for value in values(content):
            errors = [str(error) for error in validator.iter_errors(value)]
            assert not errors, (name, errors)


def test_a_write_may_only_require_that_there_is_no_item(document: dict[str, Any]) -> None:
    conditions = {
        method: parameter["schema"]
        for method, _, operation in operations(document)
        for parameter in operation["parameters"]
        if parameter["name"] == "If-None-Match"
    }
    assert conditions.keys() == {"GET", "PUT"}
    assert conditions["PUT"] == {"type": "string", "const": "*"}
    assert jsonschema_rs.is_valid(conditions["GET"], '"42", W/"43"')


def test_a_field_mask_is_documented_as_one_wherever_it_stands(document: dict[str, Any]) -> None:
    patch = document["paths"]["/v1/items/{id}"]["patch"]
    (in_query,) = (each for each in patch["parameters"] if each["name"] == "updateMask")
    in_body = document["components"]["schemas"]["UpdateItemRequest"]["properties"]["updateMask"]
    assert in_query["schema"]["format"] == "field-mask"
    assert in_body["anyOf"][0]["format"] == "field-mask"


@pytest.mark.parametrize("given", [{"id": "vim"}, {"id": 7}, {}, {"id": ""}, {"id": None}])
@pytest.mark.parametrize("write", ["replace", "update"])
@shared
async def test_a_batch_needs_the_ids_that_it_is_documented_to_need(
    shared_rest: httpx.AsyncClient, document: dict[str, Any], write: str, given: dict[str, Any]
) -> None:
    item = {**given, "name": "Vim"}
    options = {"allowMissing": True} if write == "update" else {}
    body = {"writes": [{write: {"item": item, **options}}], "validateOnly": True}
    schema = {**document, "$ref": "#/components/schemas/BatchWriteItemsRequest"}
    response = await shared_rest.post("/v1/items:batchWrite", json=body)
    assert jsonschema_rs.is_valid(schema, body) is (response.status_code == 200)
    assert (response.status_code == 200) is bool(given.get("id"))


@pytest.mark.parametrize("name", ["Vim", None])
@shared
async def test_a_patch_may_not_remove_the_name_and_is_documented_so(
    shared_rest: httpx.AsyncClient, document: dict[str, Any], name: str | None
) -> None:
    schema = {**document, "$ref": "#/components/schemas/ItemPatch"}
    await shared_rest.put("/v1/items/vim", json={"name": "Vim"})
    response = await shared_rest.patch("/v1/items/vim", json={"name": name})
    assert response.status_code == (200 if name else 400)
    assert jsonschema_rs.is_valid(schema, {"name": name}) is bool(name)


def test_every_link_gives_the_id_of_an_answered_item_to_a_call_that_takes_one(
    document: dict[str, Any],
) -> None:
    taking = {
        operation["operationId"]: [each["name"] for each in operation["parameters"]]
        for _, path, operation in operations(document)
        if "{id}" in path
    }
    followed = set()
    for _, _, operation in operations(document):
        for status, response in operation["responses"].items():
            for link in response.get("links", {}).values():
                schema = response["content"]["application/json"]["schema"]
                assert status in {"200", "201"}
                assert schema == {"$ref": "#/components/schemas/Item-Output"}
                assert link["parameters"] == {"path.id": "$response.body#/id"}
                followed.add(link["operationId"])
    assert followed == taking.keys()


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert names <= set(document["components"]["schemas"])


def test_every_property_of_every_schema_is_described(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for key, described in schema.get("properties", {}).items():
            assert described.get("description"), f"{name}.{key}"


@shared
async def test_the_document_is_served(
    shared_rest: httpx.AsyncClient, document: dict[str, Any]
) -> None:
    assert (await shared_rest.get("/openapi.json")).json() == document


@shared
async def test_a_summary_says_what_an_operation_does_and_its_id_is_the_rpc(
    document: dict[str, Any],
) -> None:
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["operationId"] not in operation["summary"]
            assert operation["summary"][0].isupper()
            assert len(operation["summary"]) <= 80


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
@shared
async def test_a_page_loads_what_it_needs_from_here_alone(
    shared_rest: httpx.AsyncClient, page: str
) -> None:
    response = await shared_rest.get(page)
    assets = re.findall(r'(?:src|href)="([^"]+)"', response.text)
    assert response.status_code == 200
    assert assets
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', response.text)
    for asset in assets:
        assert (await shared_rest.get(asset)).status_code == 200


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
@shared
async def test_a_page_may_run_its_own_scripts_only(
    shared_rest: httpx.AsyncClient, page: str
) -> None:
    response = await shared_rest.get(page)
    policy = response.headers["content-security-policy"]
    allowed = re.search(r"script-src ([^;]+)", policy)
    assert allowed
    assert "unsafe" not in allowed[1]
    for script in re.findall(r"<script>(.*?)</script>", response.text, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed[1]


@shared
async def test_the_type_of_a_problem_leads_to_what_its_reason_means(
    shared_rest: httpx.AsyncClient,
) -> None:
    problem = (await shared_rest.get("/v1/items/nope")).json()
    page, _, anchor = problem["type"].partition("#")
    response = await shared_rest.get(page)
    assert response.headers["content-type"].startswith("text/html")
    assert f'id="{anchor}"' in response.text
    assert "There is no item with this id." in response.text


@shared
async def test_every_reason_of_the_contract_is_on_the_page(shared_rest: httpx.AsyncClient) -> None:
    page = (await shared_rest.get("/errors")).text
    assert all(f"<code>{reason}</code>" in page for reason in REASONS)


async def test_behind_a_proxy_that_strips_a_prefix_links_have_it(folder: Path) -> None:
    async with rest_client(folder, "unix:/nowhere", rest_root_path="/catalogue") as client:
        page = await client.get("/docs")
        document = (await client.get("/openapi.json")).json()
        missing = await client.get("/v1/items/A")
    assert "'/catalogue/openapi.json'" in page.text or '"/catalogue/openapi.json"' in page.text
    assert document["servers"] == [{"url": "/catalogue"}]
    assert missing.status_code == 400
