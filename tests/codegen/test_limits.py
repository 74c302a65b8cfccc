"""The limits of the models are those of protovalidate, at every edge."""

from collections.abc import Iterator
from typing import Any

import protovalidate
import pytest
from buf.validate import validate_pb2 as validate
from pydantic import ValidationError

from items.v1 import items_converters, items_models, items_pb2
from items.v1.items_routes import ROUTES
from items_protojson.route import Route

LETTERS = ("a", "A", "é", "\U0001f600", "\0", "\n", ".", "-", "/")
MODELS: dict[str, dict[str, Any]] = {
    "Item": {"name": "n"},
    "ItemUpdate": {},
    "ItemPatch": {},
    "DeleteItemRequest": {"id": "a"},
    "UndeleteItemRequest": {"id": "a"},
    "UndeleteItemBody": {},
    "CreateItemRequest": {"item": {"name": "n"}},
    "UpdateItemRequest": {"item": {}},
    "BatchWriteItemsRequest": {"writes": [{"delete": {"id": "a"}}]},
}
UUID = "0f8fad5b-D9CB-469f-a165-70867728950e"


def candidates(rules: validate.StringRules) -> Iterator[str]:
    """Strings on both sides of each edge of *rules*, of letters of every width."""
    sizes = {0, 1, 2, 63, 64, 128, 129} | {rules.max_len + step for step in (-1, 0, 1)}
    for size in sorted(size for size in sizes if size >= 0):
        yield from (letter * size for letter in LETTERS)
        yield from ("a" * size + letter for letter in LETTERS)
    yield from (UUID, UUID.replace("-", ""), UUID + "\n", f"{{{UUID}}}", f" {UUID}", "UUID")


def string_fields() -> Iterator[tuple[str, str]]:
    """The strings of every model that is read, by the model's name."""
    for name in MODELS:
        model = getattr(items_models, name)
        for field in model.model_fields:
            descriptor = converted(name, MODELS[name]).DESCRIPTOR.fields_by_name[field]
            if descriptor.type == descriptor.TYPE_STRING and not descriptor.is_repeated:
                yield name, field


def converted(name: str, document: dict[str, Any]) -> Any:
    """The proto message that the model called *name* makes of *document*."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    model = getattr(items_models, name).model_validate(document)
    return getattr(items_converters, f"{snake[1:]}_to_proto")(model)


def is_accepted(name: str, document: dict[str, Any]) -> bool:
    try:
        converted(name, document).SerializeToString()
    except ValidationError:
        return False
    return True


def keeps_rules(message: Any, field: str) -> bool:
    """Whether protovalidate finds nothing wrong with *field* of *message*."""
    found = protovalidate.collect_violations(message)
    places = [violation.proto.field for violation in found]
    return not any(place and place.elements[0].field_name == field for place in places)


@pytest.mark.parametrize(("name", "field"), list(string_fields()))
def test_a_string_is_accepted_exactly_if_protovalidate_accepts_it(name: str, field: str) -> None:
    message = converted(name, MODELS[name])
    rules = message.DESCRIPTOR.fields_by_name[field].GetOptions().Extensions[validate.field]
    for text in candidates(rules.string):
        setattr(message, field, text)
        expected = keeps_rules(message, field)
        assert is_accepted(name, {**MODELS[name], field: text}) == expected, (len(text), text[:9])


@pytest.mark.parametrize("size", [0, 63, 64, 65])
def test_labels_are_counted_as_protovalidate_counts_them(size: int) -> None:
    labels = {f"k{number}": "v" for number in range(size)}
    expected = keeps_rules(items_pb2.Item(labels=labels), "labels")
    assert is_accepted("Item", {"name": "n", "labels": labels}) == expected == (size <= 64)


def test_keys_and_values_of_labels_are_held_to_the_rules_of_protovalidate() -> None:
    rules = items_pb2.Item.DESCRIPTOR.fields_by_name["labels"].GetOptions()
    limits = rules.Extensions[validate.field].map
    keys = [{key: "v"} for key in candidates(limits.keys.string)]
    for labels in (*keys, *({"k": value} for value in candidates(limits.values.string))):
        expected = keeps_rules(items_pb2.Item(labels=labels), "labels")
        assert is_accepted("Item", {"name": "n", "labels": labels}) == expected, labels


@pytest.mark.parametrize("size", [0, 1, 1000, 1001])
def test_writes_are_counted_as_protovalidate_counts_them(size: int) -> None:
    message = items_pb2.BatchWriteItemsRequest(
        writes=[items_pb2.ItemWrite(delete=items_pb2.DeleteItemRequest(id="a"))] * size
    )
    document = {"writes": [{"delete": {"id": "a"}}] * size}
    assert is_accepted("BatchWriteItemsRequest", document) == keeps_rules(message, "writes")


@pytest.mark.parametrize("ids", [[], ["a"], ["a", "a"], ["a", "B"], [f"i{n}" for n in range(1001)]])
def test_ids_of_a_batch_are_held_to_the_rules_of_protovalidate(ids: list[str]) -> None:
    expected = keeps_rules(items_pb2.BatchGetItemsRequest(ids=ids), "ids")
    try:
        items_models.BatchGetItemsQuery.from_pairs([("ids", item_id) for item_id in ids])
    except ValidationError:
        assert not expected
    else:
        assert expected


@pytest.mark.parametrize("number", [-(2**31) - 1, -1, 0, 1, 2**31 - 1, 2**31, 2**63 - 1, 2**63])
@pytest.mark.parametrize("route", [route for route in ROUTES if route.method == "GET"], ids=str)
def test_a_number_in_a_query_is_accepted_exactly_if_its_field_can_hold_it(
    route: Route, number: int
) -> None:
    request = getattr(items_pb2, f"{route.rpc}Request")
    for name in route.query_model.model_fields:
        field = request.DESCRIPTOR.fields_by_name[name]
        if field.type in {field.TYPE_INT32, field.TYPE_INT64}:
            assert query_accepts(route, name, number) == field_accepts(request(), name, number)


def query_accepts(route: Route, name: str, number: int) -> bool:
    others = [("ids", "a")] if route.rpc == "BatchGetItems" else []
    try:
        route.query_model.from_pairs([(name, str(number)), *others])
    except ValidationError:
        return False
    return True


def field_accepts(message: Any, name: str, number: int) -> bool:
    try:
        setattr(message, name, number)
    except ValueError:
        return False
    return keeps_rules(message, name)


def test_every_example_in_the_contract_keeps_its_own_rules() -> None:
    seen = 0
    for message_type in items_pb2.DESCRIPTOR.message_types_by_name.values():
        for field in message_type.fields:
            rules = field.GetOptions().Extensions[validate.field].string
            for example in rules.example:
                message = getattr(items_pb2, message_type.name)(**{field.name: example})
                assert keeps_rules(message, field.name)
                seen += 1
    assert seen
