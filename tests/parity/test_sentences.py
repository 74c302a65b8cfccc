"""Every limit of the contract is told in a sentence, at both doors."""

from collections.abc import Iterator

import pytest
from buf.validate import validate_pb2 as validate
from google.protobuf.message import Message

from grpc_server.items import attributes, masks
from grpc_server.items.limits import rule_violations
from items.v1 import items_pb2 as pb
from items.v1 import sinks_pb2 as sinks
from items_protojson.parsing.sentences import ID, LABEL_KEY, PATTERNS, RULES
from items_protojson.well_known import masks as mask_bounds
from items_protojson.well_known import structs


def rules() -> Iterator[validate.FieldRules]:
    """The rules of all fields of the contract."""
    for file in (pb.DESCRIPTOR, sinks.DESCRIPTOR):
        for message in file.message_types_by_name.values():
            for field in message.fields:
                yield field.GetOptions().Extensions[validate.field]


def strings(rule: Message) -> Iterator[validate.StringRules]:
    """The rules of texts in *rule*, also those of keys and elements."""
    if isinstance(rule, validate.StringRules):
        yield rule
    for _, value in rule.ListFields():
        if isinstance(value, Message):
            yield from strings(value)


def test_every_pattern_has_a_sentence() -> None:
    stated = {text.pattern for rule in rules() for text in strings(rule) if text.pattern}
    assert stated <= PATTERNS.keys()


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (pb.GetItemRequest(id="A b"), {("id", ID)}),
        (pb.Item(name="a\0"), {("name", "must not contain NUL characters")}),
        (pb.Item(name=""), {("name", "must have at least 1 character")}),
        (pb.Item(labels={"A": "b"}), {('labels["A"]', LABEL_KEY)}),
        (
            pb.Item(labels={f"a{number}": "" for number in range(65)}),
            {("labels", "must have at most 64 entries")},
        ),
        (pb.CreateItemRequest(), {("item", "is required")}),
        (
            pb.DeleteItemRequest(id="a", request_id="x", etag="x" * 65),
            {("request_id", "must be a UUID"), ("etag", "must have at most 64 characters")},
        ),
        (pb.BatchGetItemsRequest(), {("ids", "must have at least 1 entry")}),
        (pb.BatchGetItemsRequest(ids="aa"), {("ids", "must not hold the same value twice")}),
        (pb.ListItemsRequest(page_size=-1), {("page_size", "must be at least 0")}),
        (sinks.DeleteSinkRequest(name="a b"), {("name", "must be printable ASCII without spaces")}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_broken_rule_is_told_in_words(request_: Message, told: set[tuple[str, str]]) -> None:
    assert {(one.field, one.description) for one in rule_violations(request_)} == told


def test_rules_are_told_by_their_own_ids() -> None:
    assert {rule.partition(".")[0] for rule in RULES} <= {
        field.name for field in validate.FieldRules.DESCRIPTOR.fields
    }


def test_the_bounds_of_reading_json_are_the_rules_of_the_catalogue() -> None:
    assert (structs.MAX_BYTES, structs.MAX_DEPTH) == (attributes.MAX_BYTES, attributes.MAX_DEPTH)
    assert mask_bounds.MAX_PATHS == masks.MAX_PATHS
    assert mask_bounds.MAX_CHARACTERS == masks.MAX_CHARACTERS
