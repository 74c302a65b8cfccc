"""Each field of the contract goes all the ways that its descriptor says, and no other."""

import json
from typing import Any

import pytest
from google.api import field_behavior_pb2
from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct
from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy, sampled_from

from grpc_server.items.errors import InvalidUpdateMask
from grpc_server.items.masks import apply_mask, effective_mask
from items.v1 import items_pb2 as pb
from items.v1.items_fields import ITEM_IMMUTABLE, ITEM_REQUIRED, ITEM_WRITABLE, ItemFields
from items.v1.items_models import ItemPatch
from items_cli.importing.item_line import parse_item
from items_cli.importing.lines import Line
from items_cli.output.change_text import change_lines
from items_cli.output.item_text import rows
from items_client import writes
from rest_facade.requests.masks import mask_of
from tests.codegen.documents import good_documents
from tests.codegen.strategies import messages

ITEM = pb.Item.DESCRIPTOR
OWN_RULES = {"etag"}
"""What clients send and do not write: they expect it."""

any_item: SearchStrategy[pb.Item] = messages(ITEM)


def behaviors(field: Any) -> set[str]:
    found = field.GetOptions().Extensions[field_behavior_pb2.field_behavior]
    return {field_behavior_pb2.FieldBehavior.Name(behavior) for behavior in found}


def named(*wanted: str) -> set[str]:
    return {field.name for field in ITEM.fields if behaviors(field) & set(wanted)}


def test_every_field_says_who_writes_it() -> None:
    known = {"IDENTIFIER", "REQUIRED", "OPTIONAL", "OUTPUT_ONLY", "IMMUTABLE"}
    assert named(*known) == set(ITEM.fields_by_name)


def test_what_clients_write_is_what_the_contract_says() -> None:
    others = named("OUTPUT_ONLY", "IDENTIFIER") | OWN_RULES
    assert set(ITEM_WRITABLE) == set(ITEM.fields_by_name) - others
    assert set(ITEM_REQUIRED) == named("REQUIRED")
    assert set(ITEM_IMMUTABLE) == named("IMMUTABLE")


def test_a_mask_names_exactly_what_clients_write() -> None:
    for name in ITEM.fields_by_name:
        request = pb.UpdateItemRequest()
        request.update_mask.paths.append(name)
        if name in ITEM_WRITABLE:
            assert effective_mask(request) == ((name,),)
        else:
            with pytest.raises(InvalidUpdateMask):
                effective_mask(request)


def test_the_keywords_of_the_client_are_exactly_what_clients_write() -> None:
    assert set(ItemFields.__annotations__) == set(ITEM_WRITABLE)
    for name in ITEM_WRITABLE:
        nothing: Any = {name: None}
        assert writes.update("a", **nothing).update_mask.paths == [name]


def test_no_field_is_called_like_an_option_of_a_write() -> None:
    options = {"mask", "allow_missing", *writes.WriteOptions.__annotations__}
    assert options.isdisjoint(ITEM.fields_by_name)


@given(item=any_item)
@settings(max_examples=50, deadline=None)
def test_a_mask_of_everything_makes_an_item_what_it_is_given(item: pb.Item) -> None:
    target = pb.Item(id=item.id, name="before", description="before", labels={"before": ""})
    apply_mask(((name,) for name in ITEM_WRITABLE), item, target)
    assert target == pb.Item(id=item.id, **written_of(item))


@given(document=good_documents(ITEM))
@settings(max_examples=50, deadline=None)
def test_the_mask_of_a_body_names_each_field_that_it_has(document: dict[str, Any]) -> None:
    body = ItemPatch.model_validate(document)
    paths = {path.partition(".")[0] for path in mask_of(body).paths}
    names = {field.name for field in ITEM.fields if {field.name, field.json_name} & set(document)}
    emptied = {name for name in names if is_empty_map(getattr(body, name))}
    assert paths == names & set(ITEM_WRITABLE) - emptied


@given(document=good_documents(ITEM))
@settings(max_examples=50, deadline=None)
def test_an_import_reads_what_clients_write(document: dict[str, Any]) -> None:
    names = {"deleteTime", "delete_time"}
    line = {name: value for name, value in document.items() if name not in names} | {"id": "a"}
    item = json_format.ParseDict(line, pb.Item())
    expected = pb.Item(id="a", **written_of(item))
    imported = parse_item(Line(number=1, content=json.dumps(line).encode()))
    assert json_format.MessageToDict(imported) == json_format.MessageToDict(expected)


@given(item=any_item)
@settings(max_examples=50, deadline=None)
def test_what_is_printed_names_each_field_that_is_set(item: pb.Item) -> None:
    printed = {name.partition(".")[0] for name, _ in rows(item)}
    fields = {field.json_name: value for field, value in item.ListFields()}
    empty = {
        name for name, value in fields.items() if isinstance(value, Struct) and not value.fields
    }
    assert printed == fields.keys() - empty


@given(name=sampled_from(ITEM_WRITABLE), item=any_item)
@settings(max_examples=50, deadline=None)
def test_a_line_names_a_field_that_changed(name: str, item: pb.Item) -> None:
    previous = pb.Item()
    previous.CopyFrom(item)
    previous.ClearField(name)  # type: ignore[arg-type]  # the name of a field
    change = pb.ItemChange(kind=pb.CHANGE_KIND_UPDATED, item=item, previous=previous)
    (line,) = change_lines(pb.ItemChanges(changes=[change]))
    assert (f"changed: {name}" in line) == (item != previous)


def is_empty_map(value: Any) -> bool:
    return isinstance(value, dict) and not value


def written_of(item: pb.Item) -> dict[str, Any]:
    return {field.name: value for field, value in item.ListFields() if field.name in ITEM_WRITABLE}
