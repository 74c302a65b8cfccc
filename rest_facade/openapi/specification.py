"""The OpenAPI document: the contract's words, and what HTTP adds to them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic.json_schema import models_json_schema

from items.v1.items_fields import ITEM_REQUIRED
from items.v1.items_models import ItemPatch
from items.v1.items_routes import ROUTES
from items_protojson.message import Message
from items_protojson.route import Route
from rest_facade.answers.events import ERROR
from rest_facade.openapi import examples
from rest_facade.openapi.event_schemas import EVENT, EVENT_MODELS, event_schema
from rest_facade.openapi.parameters import HEADERS_OF_WRITES, REQUEST_HEADERS
from rest_facade.openapi.responses import PROBLEM, VIOLATION, answers
from rest_facade.routes.operations import Operation

Mode = Literal["validation", "serialization"]
Form = tuple[Any, Mode]
"""A model, as it is read or as it is answered."""

Names = Mapping[Form, Mapping[str, Any]]
"""References to the schemas of forms."""

READ: Mode = "validation"
ANSWERED: Mode = "serialization"

REFERENCE = "#/components/schemas/{model}"

ABOUT = """\
The system of record for a team's items, over REST.

- Bodies are [ProtoJSON](https://protobuf.dev/programming-guides/json/): 64-bit integers
  are strings, and keys are read in camelCase and in snake_case.
- Every answer that holds an item has its version as `ETag`.
  Send it back as `If-Match` to write only if nobody else has (412 otherwise),
  or as `If-None-Match` to read only what is new (304 otherwise).
- An `Idempotency-Key` makes a write safe to repeat.
- `Request-Timeout` says how many seconds a call may take, such as `2.5`.
- `X-Request-Id` names a call in every log and comes back with the answer;
  without one, the service makes one.
- Errors are `application/problem+json` (RFC 9457): branch on `reason`.

[Every error](errors) and what to do about it · [Watch the items](watch) as they change ·
[All pages](.)
"""

FORMATS = {
    "filter": "aip-160-filter",
    "orderBy": "aip-132-order",
    "pageToken": "page-token",
}
"""What texts that are more than texts are written in, by the name of the parameter."""

WITH_ID: Mapping[str, Any] = {
    "required": ["id"],
    "properties": {"id": {"type": ["string", "integer"], "minLength": 1}},
}

NARROWER: Mapping[tuple[str, str], Mapping[str, Any]] = {
    **{
        ("ItemPatch", ItemPatch.json_names()[name]): {"not": {"type": "null"}}
        for name in ITEM_REQUIRED  # null would remove it, and no item is without it
    },
    ("ReplaceItemRequest", "item"): WITH_ID,  # in a batch, no path says which item is meant
    ("UpdateItemRequest", "item"): WITH_ID,
}
"""By model and property: what the service asks for beyond the limits of a field."""

TAGS = (
    {"name": "items", "description": "One item, and lists of them."},
    {"name": "batches", "description": "Many items in one call, at one revision."},
    {"name": "revisions", "description": "The history of an item."},
    {"name": "watch", "description": "What happens to the items, as it happens."},
)


def openapi_document(operations: Sequence[Operation], version: str) -> dict[str, Any]:
    """Return the document that describes *operations*."""
    routes = {route.rpc: route for route in ROUTES}
    pairs = [(operation, routes[operation.rpc]) for operation in operations]
    names, definitions = _schemas(route for _, route in pairs)
    paths: dict[str, dict[str, Any]] = {}
    for operation, route in sorted(pairs, key=lambda pair: ROUTES.index(pair[1])):
        described = _operation(operation, route, names)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Item service",
            "version": version,
            "description": ABOUT,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "tags": list(TAGS),
        "paths": paths,
        "components": {
            "schemas": {
                **definitions,
                EVENT: event_schema(_event_references(names)),
                "Problem": PROBLEM,
                "Violation": VIOLATION,
            },
        },
    }


def _schemas(routes: Iterable[Route]) -> tuple[Names, dict[str, Any]]:
    """Return a reference for each body and answer, and the schemas that they refer to."""
    found = list(routes)
    bodies: list[Form] = [(route.body_model, READ) for route in found if route.body_model]
    answers: list[Form] = [
        (model, ANSWERED)
        for route in found
        for model in (EVENT_MODELS.values() if route.streams else (route.response_model,))
    ]
    names, document = models_json_schema(bodies + answers, ref_template=REFERENCE)
    for name, definition in document["$defs"].items():
        definition["title"] = name
    for (model, name), schema in NARROWER.items():
        document["$defs"][model]["properties"][name] |= schema
    return names, document["$defs"]


def _event_references(names: Names) -> dict[str, Mapping[str, Any]]:
    references = {name: names[model, ANSWERED] for name, model in EVENT_MODELS.items()}
    return references | {ERROR: _reference("Problem")}


def _answer(route: Route, names: Names) -> Mapping[str, Any]:
    return _reference(EVENT) if route.streams else names[route.response_model, ANSWERED]


def _reference(model: str) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=model)}


def _operation(operation: Operation, route: Route, names: Names) -> dict[str, Any]:
    described = {
        "tags": [operation.tag],
        "operationId": route.rpc,
        "summary": _summary(route),
        "description": "\n\n".join(filter(None, (route.description, operation.about))),
        "parameters": [*_path(route), *_query(route), *_headers(operation)],
        "responses": answers(operation, _answer(route, names)),
    }
    if route.body_model is not None:
        schema = names[route.body_model, READ]
        described["requestBody"] = _body(operation, schema)
    return described


def _summary(route: Route) -> str:
    """Return the first clause of the comment, without the name of the RPC."""
    clause = re.split("[:;]", route.summary, maxsplit=1)[0].removeprefix(f"{route.rpc} ")
    return clause[:1].upper() + clause[1:]


def _path(route: Route) -> list[dict[str, Any]]:
    return [
        _parameter("path", name, schema, required=True)
        for name, schema in _properties(route.path_model).items()
    ]


def _query(route: Route) -> list[dict[str, Any]]:
    required = route.query_model.model_json_schema().get("required", ())
    return [
        _parameter("query", name, schema, required=name in required)
        for name, schema in _properties(route.query_model).items()
    ]


def _headers(operation: Operation) -> list[dict[str, Any]]:
    known = REQUEST_HEADERS if operation.method == "GET" else HEADERS_OF_WRITES
    return [
        {"in": "header", "name": name, "required": False, **known[name]}
        for name in operation.headers
    ]


def _parameter(
    place: str, name: str, schema: Mapping[str, Any], *, required: bool
) -> dict[str, Any]:
    kept = {key: value for key, value in schema.items() if key != "description"}
    if name in FORMATS:
        kept["format"] = FORMATS[name]
    parameter = {
        "in": place,
        "name": name,
        "required": required,
        "description": schema["description"],
        "schema": kept,
    }
    if name in examples.PARAMETERS:
        parameter["example"] = examples.PARAMETERS[name]
    return parameter


def _properties(model: type[Message] | None) -> Mapping[str, Any]:
    properties: dict[str, Any] = {}
    if model is not None:
        properties = model.model_json_schema(mode=READ).get("properties", {})
    return properties


def _body(operation: Operation, schema: Mapping[str, Any]) -> dict[str, Any]:
    content = {"schema": schema, "examples": examples.BODIES[operation.rpc]}
    return {
        "required": not operation.body_is_optional,
        "content": dict.fromkeys(operation.accepted, content),
    }
