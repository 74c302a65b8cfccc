"""The JSON schemas of the models, which are the REST documentation."""

from typing import Any

import jsonschema_rs
import pytest
from pydantic import BaseModel, ValidationError, create_model

from items.v1 import items_models as models
from items.v1.items_routes import ROUTES
from items_protojson.message import Message
from tests.codegen.conftest import Shelf


def properties(model: type[BaseModel], mode: Any) -> dict[str, Any]:
    found: dict[str, Any] = model.model_json_schema(mode=mode)["properties"]
    return found


def every_model() -> list[type[Message]]:
    found = [kind for kind in vars(models).values() if isinstance(kind, type)]
    return [
        kind for kind in found if issubclass(kind, Message) and kind.__module__ == models.__name__
    ]


@pytest.mark.parametrize("model", every_model())
def test_every_model_and_field_is_described(model: type[Message]) -> None:
    assert model.__doc__
    for described in model.model_json_schema().get("properties", {}).values():
        assert described["description"]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.rpc)
def test_every_route_is_described(route: Any) -> None:
    assert route.summary
    assert not route.summary.endswith(".")
    assert route.description.startswith(route.summary)


def test_what_is_accepted_is_documented_with_its_limits() -> None:
    accepted = properties(models.Item, "validation")
    assert accepted["name"] == {
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
        "pattern": "^[^\\x00]*$",
        "description": "The name that people know the item by, 1 to 255 characters.",
        "examples": ["Vim"],
    }
    assert models.Item.model_json_schema()["required"] == ["name"]
    assert models.Item.model_json_schema()["additionalProperties"] is False


def test_an_id_is_documented_as_text_or_whole_number_when_sent_and_as_text_when_answered() -> None:
    sent = properties(models.Item, "validation")["id"]
    assert [choice["type"] for choice in sent["anyOf"]] == ["string", "integer", "null"]
    assert properties(models.Item, "serialization")["id"]["type"] == "string"


def test_null_is_documented_where_it_is_accepted_and_never_in_an_answer() -> None:
    assert {"type": "null"} in properties(models.Item, "validation")["description"]["anyOf"]
    for model in every_model():
        for described in properties(model, "serialization").values() if model.model_fields else ():
            assert {"type": "null"} not in described.get("anyOf", ())


def test_what_only_the_service_writes_is_read_only() -> None:
    sent, answered = (properties(models.Item, mode) for mode in ("validation", "serialization"))
    for name in ("createTime", "updateTime", "deleteTime", "expireTime", "revision"):
        assert set(sent[name]) == {"description", "readOnly"}
        assert answered[name]["readOnly"]
    assert answered["createTime"]["format"] == "date-time"
    assert (answered["revision"]["type"], answered["revision"]["format"]) == ("string", "int64")


def test_a_label_that_breaks_the_pattern_of_keys_is_not_documented_as_accepted() -> None:
    labels = properties(models.Item, "validation")["labels"]["anyOf"][0]
    assert labels["additionalProperties"] is False
    assert labels["maxProperties"] == 64


def test_a_patch_requires_nothing_and_documents_that_null_removes_a_label() -> None:
    schema = models.ItemPatch.model_json_schema()
    assert "required" not in schema
    (value,) = schema["properties"]["labels"]["anyOf"][0]["patternProperties"].values()
    assert {"type": "null"} in value["anyOf"]


def test_exactly_one_write_is_documented() -> None:
    choices = models.ItemWrite.model_json_schema()["allOf"][0]["oneOf"]
    assert [choice["required"] for choice in choices] == [
        ["create"],
        ["update"],
        ["replace"],
        ["delete"],
        ["undelete"],
    ]


def test_an_enum_is_documented_by_its_names_in_answers() -> None:
    kind = properties(models.ItemRevision, "serialization")["kind"]
    assert kind["enum"][:2] == ["CHANGE_KIND_UNSPECIFIED", "CHANGE_KIND_CREATED"]


def test_a_query_documents_numbers_and_no_null() -> None:
    query = properties(models.ListItemsQuery, "validation")
    assert query["minRevision"]["type"] == "integer"
    assert query["pageSize"]["minimum"] == 0
    assert query["filter"]["maxLength"] == 4096
    assert not any("anyOf" in described for described in query.values())


def test_a_big_number_is_documented_as_text_or_number_when_sent(shelf: Shelf) -> None:
    copies = properties(shelf.models.Book, "validation")["copies"]["anyOf"]
    assert copies[0] == {"type": "string", "format": "int64", "pattern": "^[0-9]+$"}
    assert copies[1] == {"type": "integer", "format": "int64", "minimum": 0}


def test_a_model_within_another_one_is_documented_once() -> None:
    write = models.DeleteItemRequest
    both = create_model("Both", first=(write, ...), second=(write, ...))
    assert list(both.model_json_schema()["$defs"]) == ["DeleteItemRequest"]


@pytest.mark.parametrize(
    ("chosen", "fits"),
    [
        ({}, True),
        ({"sequelTitle": "II"}, True),
        ({"sequelTitle": "II", "sequelNumber": None}, True),
        ({"sequelTitle": None, "noSequel": {}}, True),
        ({"sequelTitle": "II", "sequelNumber": "2"}, False),
    ],
)
def test_a_oneof_that_may_be_empty_is_documented_as_one_at_most(
    shelf: Shelf, chosen: dict[str, Any], fits: bool
) -> None:
    schema = shelf.models.Sayings.model_json_schema(mode="validation")
    assert jsonschema_rs.is_valid(schema, chosen) is fits
    if fits:
        shelf.models.Sayings.model_validate(chosen)
    else:
        with pytest.raises(ValidationError):
            shelf.models.Sayings.model_validate(chosen)
